package ai.laconic.encoder.batch;

import ai.laconic.encoder.batch.WaitingWindow.Taker;
import ai.laconic.runtime.latent.LatentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The windows that wait or are being encoded, each once, however many calls want it. Guarded by its
 * owner's lock.
 */
final class PendingWindows {
  private final Map<LatentId, WaitingWindow> windows = new HashMap<>();

  /** Adds the windows of a submission, and returns those that nobody wanted before. */
  List<WaitingWindow> add(Submission submission, List<WindowInput> inputs, long now) {
    List<WaitingWindow> added = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Taker taker = new Taker(submission, i);
      WaitingWindow pending = windows.get(inputs.get(i).id());
      if (pending == null) {
        WaitingWindow window = new WaitingWindow(inputs.get(i), taker, now);
        windows.put(window.id(), window);
        added.add(window);
      } else {
        pending.join(taker);
      }
    }
    return added;
  }

  /**
   * Returns those of a closed job's windows that somebody else still wants, and whose they are from
   * now on; forgets the others.
   */
  List<WaitingWindow> inherit(List<WaitingWindow> dropped) {
    List<WaitingWindow> inherited = new ArrayList<>();
    for (WaitingWindow window : dropped) {
      if (window.inherit()) {
        inherited.add(window);
      } else {
        windows.remove(window.id());
      }
    }
    return inherited;
  }

  /** Forgets windows, which nobody can join any more, and returns who takes each. */
  List<List<Taker>> settle(List<WaitingWindow> settled) {
    List<List<Taker>> takers = new ArrayList<>(settled.size());
    for (WaitingWindow window : settled) {
      windows.remove(window.id());
      takers.add(window.takers());
    }
    return takers;
  }

  int size() {
    return windows.size();
  }
}
