package ai.laconic.runtime.verify;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.runtime.safetensors.Excerpt;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.verify.GoldenVectors.Part;
import ai.laconic.runtime.verify.GoldenVectors.Prompt;
import ai.laconic.runtime.verify.GoldenVectors.Span;
import java.util.Arrays;
import java.util.List;

/** Holds spans and prompts against the reference's. */
final class Comparison {
  private static final int SHOWN = 40;

  private final ModelDirectory model;
  private final Tolerance tolerance;
  private final SpanEncoding encoding;

  Comparison(ModelDirectory model, Tolerance tolerance, SpanEncoding encoding) {
    this.model = model;
    this.tolerance = tolerance;
    this.encoding = encoding;
  }

  SpanResult span(Span span) {
    boolean idsEqual = Arrays.equals(encoding.tokenize(span.text()).ids(), span.ids());
    // The reference's ids also where ours differ: one flaw should not look like two.
    float[] latents =
        idsEqual ? encoding.encode(span.text()) : encoding.encode(span.text(), span.ids());
    double difference = tolerance.difference(latents, span.latents());
    return new SpanResult(
        beginning(span.text()),
        span.ids().length,
        idsEqual,
        latents.length / model.latentWidth(),
        difference,
        idsEqual && tolerance.accepts(difference));
  }

  PromptResult prompt(Prompt prompt, PromptAssembler assembler, DecoderSession decoder) {
    int[] ids = assembler.assemble(List.of(turn(prompt))).ids();
    boolean idsEqual = Arrays.equals(ids, prompt.ids());
    float[] latents = latents(prompt);
    Generation generation = new Generation(decoder);
    boolean fits = generation.placeholders(prompt.ids()) * model.latentWidth() == latents.length;
    int equal = 0;
    int ties = 0;
    int first = -1;
    if (fits) {
      generation.read(prompt.ids(), latents, model.latentWidth());
      for (int i = 0; i < prompt.tokens().length; i++) {
        int expected = prompt.tokens()[i];
        if (generation.isFinite() && generation.best() == expected) {
          equal++;
        } else if (generation.isFinite() && prompt.margins()[i] < Tolerance.TIE) {
          ties++;
        } else if (first < 0) {
          first = i;
        }
        if (i + 1 < prompt.tokens().length) {
          generation.append(expected);
        }
      }
    }
    boolean tokensPass = first < 0 || !tolerance.tokensMustAgree();
    return new PromptResult(
        beginning(prompt.parts().isEmpty() ? "" : prompt.parts().get(0).text()),
        prompt.ids().length,
        idsEqual,
        prompt.tokens().length,
        equal,
        ties,
        first,
        idsEqual && fits && tokensPass);
  }

  /** Computes what {@link #prompt} needs of the encoder, which may be closed afterwards. */
  void encodeSpansOf(Prompt prompt) {
    prompt.parts().stream().filter(Part::compressed).forEach(part -> encoding.encode(part.text()));
  }

  private Turn turn(Prompt prompt) {
    return new Turn(
        Role.USER,
        prompt.parts().stream()
            .<PromptPart>map(
                part ->
                    part.compressed()
                        ? new PromptPart.Latents(List.of(encoding.refTo(part.text())))
                        : new PromptPart.Text(part.text()))
            .toList());
  }

  private float[] latents(Prompt prompt) {
    List<float[]> spans =
        prompt.parts().stream()
            .filter(Part::compressed)
            .map(part -> encoding.encode(part.text()))
            .toList();
    float[] all = new float[spans.stream().mapToInt(span -> span.length).sum()];
    int at = 0;
    for (float[] span : spans) {
      System.arraycopy(span, 0, all, at, span.length);
      at += span.length;
    }
    return all;
  }

  private static String beginning(String text) {
    boolean whole = text.length() <= SHOWN;
    return Excerpt.of(whole ? text : text.substring(0, SHOWN) + "...");
  }
}
