package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.window.Window;
import ai.laconic.runtime.window.WindowBytes;
import ai.laconic.runtime.window.WindowPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A span that is cut: its windows in order, with their IDs and sizes. */
final class Span {
  private final TokenizedText text;
  private final List<Window> windows;
  private final int[] textBytes;
  private final List<LatentId> ids;

  private Span(TokenizedText text, List<Window> windows, List<LatentId> ids) {
    this.text = text;
    this.windows = windows;
    this.textBytes = WindowBytes.of(text, windows);
    this.ids = ids;
  }

  static Span cut(
      TokenizedText text, WindowPolicy policy, EncoderModel model, SharingDomain domain) {
    List<Window> windows = policy.cut(text);
    List<LatentId> ids = new ArrayList<>(windows.size());
    for (Window window : windows) {
      ids.add(LatentId.of(model.fingerprint(), model.ratio(), domain, window.idsOf(text)));
    }
    return new Span(text, windows, ids);
  }

  int size() {
    return windows.size();
  }

  LatentId id(int index) {
    return ids.get(index);
  }

  int tokens(int index) {
    return windows.get(index).length();
  }

  int textBytes(int index) {
    return textBytes[index];
  }

  /** Returns the different windows, each where it first stands. */
  Map<LatentId, Window> distinct() {
    Map<LatentId, Window> distinct = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      distinct.putIfAbsent(ids.get(i), windows.get(i));
    }
    return distinct;
  }

  int[] tokenIds(Window window) {
    return window.idsOf(text);
  }
}
