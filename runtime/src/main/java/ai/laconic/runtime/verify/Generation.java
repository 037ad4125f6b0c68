package ai.laconic.runtime.verify;

import ai.laconic.runtime.session.DecoderSession;
import java.util.Arrays;

/** One prompt in slot 0 of a decoder, token by token. */
final class Generation {
  /** Attention over a whole long prompt at once would need memory in its square. */
  private static final int CHUNK = 512;

  private final DecoderSession decoder;
  private float[] logits = {};

  Generation(DecoderSession decoder) {
    this.decoder = decoder;
  }

  /** Starts anew with the ids of a prompt. */
  void read(int[] ids, float[] latents, int width) {
    decoder.truncate(0, 0);
    int used = 0;
    for (int start = 0, end; start < ids.length; start = end) {
      end = Math.min(start + CHUNK, ids.length);
      int[] chunk = Arrays.copyOfRange(ids, start, end);
      int placeholders = (int) placeholders(chunk);
      int until = used + placeholders * width;
      logits = decoder.append(0, chunk, Arrays.copyOfRange(latents, used, until));
      used = until;
    }
  }

  long placeholders(int[] ids) {
    return Arrays.stream(ids).filter(id -> id == decoder.placeholderId()).count();
  }

  /** Returns the token with the largest logit. */
  int best() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Returns whether all logits are numbers. */
  boolean isFinite() {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        return false;
      }
    }
    return true;
  }

  void append(int token) {
    logits = decoder.step(new int[] {0}, new int[] {token})[0];
  }
}
