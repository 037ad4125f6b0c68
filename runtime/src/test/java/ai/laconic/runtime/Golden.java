package ai.laconic.runtime;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small random checkpoint and what the reference implementation computes with it, for the tests
 * of every module: {@code checkpoint()} is a directory on disk, also when this class comes from a
 * jar.
 *
 * @param spans texts with their encoder ids and latents
 * @param prompts prompts with their decoder ids and greedy answers
 */
public record Golden(List<Span> spans, List<Prompt> prompts) {
  /** Largest difference of a latent's value from the reference, in 32-bit floats. */
  public static final float LATENT_TOLERANCE = 1e-4f;

  private static final String RESOURCES = "/golden/tiny-4x/";
  private static final List<String> FILES =
      List.of(
          "model_config.json",
          "encoder/config.json",
          "encoder/model.safetensors",
          "encoder/tokenizer.json",
          "encoder/tokenizer_config.json",
          "decoder/config.json",
          "decoder/generation_config.json",
          "decoder/model-00001-of-00003.safetensors",
          "decoder/model-00002-of-00003.safetensors",
          "decoder/model-00003-of-00003.safetensors",
          "decoder/model.safetensors.index.json",
          "decoder/tokenizer.json",
          "decoder/tokenizer_config.json",
          "adapter/adapter.safetensors");

  /**
   * A text to compress.
   *
   * @param ids encoder's ids, without special tokens
   * @param latents [ceil(ids / 4)][hidden]
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Span(String text, int[] ids, float[][] latents) {}

  /**
   * A piece of a prompt.
   *
   * @param compressed whether it stands in the prompt as latents
   */
  public record Part(String text, boolean compressed) {}

  /**
   * One user turn and the reference's greedy answer.
   *
   * @param promptIds decoder's ids of the whole prompt, placeholders expanded
   * @param tokens ids of the answer
   * @param margins for each of them the distance of its logit to the second best
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Prompt(
      List<Part> parts, int[] promptIds, int[] tokens, double[] margins, String text) {}

  private static final class Checkpoint {
    static final Path PATH = extract();
  }

  /** Returns the checkpoint's directory. Tests share it and must not write to it. */
  public static Path checkpoint() {
    return Checkpoint.PATH;
  }

  /** Copies the checkpoint to a directory of the test's own, which must not exist. */
  public static Path copyTo(Path directory) {
    for (String file : FILES) {
      try (InputStream in = open("checkpoint/" + file)) {
        Path target = directory.resolve(file);
        Files.createDirectories(target.getParent());
        Files.copy(in, target);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return directory;
  }

  /** Reads the reference's values. */
  public static Golden load() {
    try (InputStream in = open("golden.json")) {
      JsonNode root = new JsonMapper().readTree(in);
      List<Span> spans = new ArrayList<>();
      for (JsonNode span : root.path("spans").values()) {
        spans.add(
            new Span(
                span.path("text").stringValue(),
                ints(span.path("ids")),
                span.path("latents").valueStream().map(Golden::floats).toArray(float[][]::new)));
      }
      List<Prompt> prompts = new ArrayList<>();
      for (JsonNode prompt : root.path("prompts").values()) {
        prompts.add(
            new Prompt(
                prompt.path("parts").valueStream().map(Golden::part).toList(),
                ints(prompt.path("prompt_ids")),
                ints(prompt.path("tokens")),
                prompt.path("margins").valueStream().mapToDouble(JsonNode::doubleValue).toArray(),
                prompt.path("text").stringValue()));
      }
      return new Golden(List.copyOf(spans), List.copyOf(prompts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the span of a text that some prompt compresses. */
  public Span span(String text) {
    return spans.stream().filter(span -> span.text().equals(text)).findFirst().orElseThrow();
  }

  private static Part part(JsonNode part) {
    return part.isString()
        ? new Part(part.stringValue(), false)
        : new Part(part.path("span").stringValue(), true);
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }

  private static Path extract() {
    try {
      Path directory = Files.createTempDirectory("laconic-golden");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
      return copyTo(directory.resolve("tiny-4x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      // A temporary directory that stays behind harms nobody.
    }
  }

  private static InputStream open(String name) {
    InputStream in = Golden.class.getResourceAsStream(RESOURCES + name);
    if (in == null) {
      throw new IllegalStateException("resource: " + RESOURCES + name + " (expected: in the jar)");
    }
    return in;
  }
}
