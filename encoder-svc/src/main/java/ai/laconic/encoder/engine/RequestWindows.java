package ai.laconic.encoder.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The windows of one request, filled up to one length.
 *
 * @param windows ids of each
 * @param latents of the longest: what each window gets
 */
record RequestWindows(List<int[]> windows, int latents) {
  /**
   * Splits a batch into requests whose latents fit into a response, in order.
   *
   * @param maxBytes most latents of one response; a single window may have more
   */
  static List<RequestWindows> split(List<int[]> windows, ModelShape model, long maxBytes) {
    List<RequestWindows> requests = new ArrayList<>();
    int start = 0;
    int most = 0;
    for (int i = 0; i < windows.size(); i++) {
      int latents = model.latentsFor(windows.get(i).length);
      int mostThen = Math.max(most, latents);
      if (i > start && model.bytes((long) (i + 1 - start) * mostThen) > maxBytes) {
        requests.add(new RequestWindows(windows.subList(start, i), most));
        start = i;
        mostThen = latents;
      }
      most = mostThen;
    }
    if (start < windows.size()) {
      requests.add(new RequestWindows(windows.subList(start, windows.size()), most));
    }
    return requests;
  }
}
