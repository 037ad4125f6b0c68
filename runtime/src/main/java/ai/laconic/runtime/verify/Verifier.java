package ai.laconic.runtime.verify;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.runtime.verify.GoldenVectors.Prompt;
import ai.laconic.runtime.verify.GoldenVectors.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Verifies a checkpoint directory on this machine's CPU. */
public final class Verifier {
  private final ModelDirectory model;
  private final Consumer<String> progress;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final List<SpanResult> spans = new ArrayList<>();
  private final List<PromptResult> prompts = new ArrayList<>();

  private Verifier(ModelDirectory model, Consumer<String> progress) {
    this.model = model;
    this.progress = progress;
  }

  /** Returns whether golden vectors stand beside a model. */
  public static boolean hasGolden(ModelDirectory model) {
    return Files.exists(model.path().resolve(GoldenVectors.FILE));
  }

  /**
   * Reads all of a directory, runs it and compares what can be compared.
   *
   * @param progress is told each step before it starts
   * @throws ModelDirectoryException if it can't be served, or a golden file can't be read
   */
  public static Verification verify(Path directory, Consumer<String> progress)
      throws IOException, ModelDirectoryException, TokenizerException {
    requireNonNull(progress, "progress");
    long start = System.nanoTime();
    progress.accept("configs, tokenizers and headers of the weights");
    ModelDirectory model = ModelDirectory.open(directory);
    Path file = model.path().resolve(GoldenVectors.FILE);
    Optional<GoldenVectors> golden =
        hasGolden(model) ? Optional.of(GoldenReader.read(file, model)) : Optional.empty();
    progress.accept("every weight, and the fingerprint");
    WeightScan weights = WeightScan.of(model);
    String fingerprint = model.fingerprint().hex();
    Verifier verifier = new Verifier(model, progress);
    verifier.run(golden);
    return new Verification(
        model.name(),
        fingerprint,
        golden.isPresent(),
        Tolerance.of(model),
        weights.tensors(),
        weights.values(),
        verifier.spans,
        verifier.prompts,
        model.bytes() + (golden.isPresent() ? Files.size(file) : 0),
        Duration.ofNanos(System.nanoTime() - start));
  }

  private void run(Optional<GoldenVectors> golden)
      throws ModelDirectoryException, TokenizerException {
    Path tokenizerConfig = model.decoderTokenizerFile().resolveSibling("tokenizer_config.json");
    try (TextTokenizer sources = TextTokenizer.open(model.encoderTokenizerFile());
        TextTokenizer answers = TextTokenizer.open(model.decoderTokenizerFile())) {
      TrialRun.roundTrip(sources, "encoder/tokenizer.json");
      TrialRun.roundTrip(answers, "decoder/tokenizer.json");
      PromptAssembler assembler = PromptAssembler.open(answers, tokenizerConfig);
      if (golden.isPresent()) {
        compare(golden.get(), sources, assembler);
      } else {
        tryOut(sources, answers, assembler);
      }
    }
  }

  private void compare(GoldenVectors golden, TextTokenizer sources, PromptAssembler assembler) {
    progress.accept("loading the encoder");
    Comparison comparison;
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, threads)) {
      comparison =
          new Comparison(model, Tolerance.of(model), new SpanEncoding(model, encoder, sources));
      for (Span span : golden.spans()) {
        progress.accept("span " + (spans.size() + 1) + " of " + golden.spans().size());
        spans.add(comparison.span(span));
      }
      golden.prompts().forEach(comparison::encodeSpansOf);
    }
    if (golden.prompts().isEmpty()) {
      return;
    }
    progress.accept("loading the decoder");
    int positions = golden.prompts().stream().mapToInt(Prompt::positions).max().orElseThrow();
    try (DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, positions, threads)) {
      for (Prompt prompt : golden.prompts()) {
        progress.accept("prompt " + (prompts.size() + 1) + " of " + golden.prompts().size());
        prompts.add(comparison.prompt(prompt, assembler, decoder));
      }
    }
  }

  private void tryOut(TextTokenizer sources, TextTokenizer answers, PromptAssembler assembler)
      throws ModelDirectoryException {
    progress.accept("one window through the encoder");
    int[] ids = sources.tokenize(TrialRun.window(model, sources)).ids();
    int[] window = Arrays.copyOf(ids, model.windowTokens());
    float[] latents;
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, threads)) {
      latents = encoder.encode(List.of(window)).get(0);
    }
    progress.accept("its latents and a question through the decoder");
    LatentId id = LatentId.of(model.fingerprint(), model.ratio(), SpanEncoding.DOMAIN, window);
    int[] prompt =
        TrialRun.prompt(assembler, new LatentRef(id, latents.length / model.latentWidth()));
    int positions = prompt.length + TrialRun.TOKENS;
    try (DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, positions, threads)) {
      TrialRun.answer(model, decoder, answers, prompt, latents);
    }
  }
}
