package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.onnx.OnnxEngines;
import ai.laconic.decoder.engine.onnx.OnnxSettings;
import ai.laconic.runtime.graph.GraphFiles;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.servicekit.tenant.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.FileSystemUtils;

/** The trained models in a real Triton server, beside the embedded engine. */
@SuppressWarnings("NullAway.Init")
class DecoderOnTritonIT {
  private static final Path MODELS = Path.of("../models");
  private static final int SLOTS = 4;
  private static final int QUEUE_LIMIT = 64;
  private static final int MAX_POSITIONS = 2048;
  private static final int MAX_TOKENS = 256;

  @TempDir static Path folder;
  private static RealServer triton;

  /** By name; copies, since a server's graphs are written beside the weights. */
  private static final Map<String, ModelDirectory> COPIES = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    triton = new RealServer(folder);
  }

  @AfterAll
  static void stop() {
    if (triton != null) {
      triton.close();
    }
  }

  @AfterEach
  void close() {
    triton.closeEngines();
  }

  static List<String> models() {
    return List.of("nano-4x", "nano-8x", "nano-16x");
  }

  private static ModelDirectory model(String name) throws Exception {
    if (!COPIES.containsKey(name)) {
      Path copy = folder.resolve(name);
      FileSystemUtils.copyRecursively(MODELS.resolve(name), copy);
      ModelDirectory model = ModelDirectory.open(copy);
      triton.repository.addDecoder(
          name, model, RealServer.serving("onnx", SLOTS, QUEUE_LIMIT, MAX_POSITIONS));
      COPIES.put(name, model);
    }
    return COPIES.get(name);
  }

  private static TritonEngine onTriton(String name) throws Exception {
    ModelDirectory model = model(name);
    EngineInfo info = RealServer.info(model, SLOTS, MAX_POSITIONS);
    return triton.open(name, model.fingerprint(), info);
  }

  private static DecoderEngine embedded(String name) throws Exception {
    return OnnxEngines.open(
        model(name),
        new OnnxSettings(1, SLOTS, MAX_POSITIONS, 64, Duration.ofMillis(50)),
        InstantSource.system(),
        sentence -> {});
  }

  private static RecordingListener generate(
      DecoderEngine engine, DecodePrompt prompt, SamplingSettings sampling) {
    RecordingListener listener = new RecordingListener();
    engine.submit(
        prompt.request(
            TenantId.DEFAULT,
            new DecodeTask.Generate(sampling, MAX_TOKENS),
            Instant.MAX,
            engine.info().placeholderId()),
        listener);
    return listener;
  }

  private static List<Integer> answer(
      DecoderEngine engine, DecodePrompt prompt, SamplingSettings sampling) {
    RecordingListener listener = generate(engine, prompt, sampling);
    awaitTokens(listener);
    return listener.tokens();
  }

  private static void awaitTokens(RecordingListener listener) {
    await().atMost(Duration.ofMinutes(2)).until(listener::ended);
    assertThat(listener.problem()).isNull();
  }

  @ParameterizedTest
  @MethodSource("models")
  void saysTheSameTokensAsTheEmbeddedEngine(String name) throws Exception {
    TritonEngine there = onTriton(name);
    try (DecoderEngine here = embedded(name);
        CompressedPrompts prompts = new CompressedPrompts(model(name))) {
      DecodePrompt prompt = withLongestAnswer(here, prompts);
      List<Integer> greedy = answer(here, prompt, SamplingSettings.GREEDY);
      assertThat(answer(there, prompt, SamplingSettings.GREEDY)).isEqualTo(greedy);
      assertThat(greedy).hasSize(MAX_TOKENS);
      for (SamplingSettings sampling :
          List.of(
              new SamplingSettings(1, 1, 0, 7),
              new SamplingSettings(0.7f, 0.9f, 0, 8),
              new SamplingSettings(1.5f, 0.95f, 20, -9))) {
        assertThat(answer(there, prompt, sampling))
            .as("%s", sampling)
            .isEqualTo(answer(here, prompt, sampling));
      }
    }
  }

  /**
   * What CUDA needs, computed on the CPU: less exact, so only the first tokens have to be the same.
   */
  @Test
  void saysTheSameAtFirstWithHalfPrecisionAttention() throws Exception {
    ModelDirectory model = model("nano-4x");
    Path copy = folder.resolve("half");
    FileSystemUtils.copyRecursively(model.path(), copy);
    ModelDirectory half = ModelDirectory.open(copy);
    triton.repository.addDecoder(
        "half", half, RealServer.serving("onnx", SLOTS, QUEUE_LIMIT, MAX_POSITIONS));
    GraphFiles.writeDecoder(half, true);
    EngineInfo info = RealServer.info(half, SLOTS, MAX_POSITIONS);
    TritonEngine there = triton.open("half", half.fingerprint(), info);
    try (DecoderEngine here = embedded("nano-4x");
        CompressedPrompts prompts = new CompressedPrompts(model)) {
      DecodePrompt prompt = prompts.repeat(1000, 400);
      List<Integer> exact = answer(here, prompt, SamplingSettings.GREEDY);
      assertThat(answer(there, prompt, SamplingSettings.GREEDY))
          .startsWith(exact.subList(0, 32).toArray(Integer[]::new));
    }
  }

  /** A model may end its turn early; this prompt's answer goes on as long as any's. */
  private static DecodePrompt withLongestAnswer(DecoderEngine engine, CompressedPrompts prompts) {
    return IntStream.range(0, 4)
        .mapToObj(i -> prompts.repeat(i * 1000, 900))
        .max(Comparator.comparingInt(each -> answer(engine, each, SamplingSettings.GREEDY).size()))
        .orElseThrow();
  }

  @Test
  void runsManyAtOnceAsOneByOne() throws Exception {
    TritonEngine engine = onTriton("nano-4x");
    try (CompressedPrompts prompts = new CompressedPrompts(model("nano-4x"))) {
      List<DecodePrompt> all =
          IntStream.range(0, 32).mapToObj(i -> prompts.repeat(i * 100, 16 + i * 12)).toList();
      long start = System.nanoTime();
      List<List<Integer>> alone = new ArrayList<>();
      for (DecodePrompt prompt : all) {
        alone.add(answer(engine, prompt, SamplingSettings.GREEDY));
      }
      long then = System.nanoTime();
      List<RecordingListener> together =
          all.stream().map(each -> generate(engine, each, SamplingSettings.GREEDY)).toList();
      together.forEach(DecoderOnTritonIT::awaitTokens);
      long end = System.nanoTime();

      assertThat(together.stream().map(RecordingListener::tokens).toList()).isEqualTo(alone);
      System.out.printf(
          "32 generations through %d slots of Triton: %.2f times as fast as one after the other%n",
          SLOTS, (double) (then - start) / (end - then));
    }
  }
}
