package ai.laconic.runtime.verify;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.window.Window;
import ai.laconic.runtime.window.WindowPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Spans to latents over the reference's grid of windows; each text once. */
final class SpanEncoding {
  /** Nobody shares what a verification computes. */
  static final SharingDomain DOMAIN = SharingDomain.privateTo("verify", SharingSecret.NONE);

  private final ModelDirectory model;
  private final LatentEncoder encoder;
  private final TextTokenizer tokenizer;
  private final Map<String, float[]> known = new HashMap<>();

  SpanEncoding(ModelDirectory model, LatentEncoder encoder, TextTokenizer tokenizer) {
    this.model = model;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
  }

  TokenizedText tokenize(String text) {
    return tokenizer.tokenize(text);
  }

  /** Returns a name for the latents of a whole text. */
  LatentRef refTo(String text) {
    int[] ids = tokenize(text).ids();
    return new LatentRef(
        LatentId.of(model.fingerprint(), model.ratio(), DOMAIN, ids),
        model.ratio().latentsFor(ids.length));
  }

  /** Returns the latents of a text, row-major. */
  float[] encode(String text) {
    return known.computeIfAbsent(text, span -> encode(tokenize(span)));
  }

  /** Returns the latents of ids that need not be what the tokenizer makes of their text. */
  float[] encode(String text, int[] ids) {
    return encode(new TokenizedText(text, ids, new int[ids.length]));
  }

  private float[] encode(TokenizedText span) {
    int width = model.latentWidth();
    float[] latents = new float[model.ratio().latentsFor(span.length()) * width];
    int at = 0;
    // One by one: a batch of long windows takes memory that a large model leaves nobody.
    for (Window window : WindowPolicy.fixed(model.windowTokens()).cut(span)) {
      float[] rows = encoder.encode(List.of(window.idsOf(span))).get(0);
      System.arraycopy(rows, 0, latents, at, rows.length);
      at += rows.length;
    }
    return latents;
  }
}
