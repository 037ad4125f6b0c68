package ai.laconic.runtime.verify;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.TestTensor;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.model.RandomCheckpoint;
import ai.laconic.runtime.safetensors.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class VerifierTest {
  private static final String GOLDEN = "golden.json";

  @TempDir Path temp;
  private TestCheckpoint checkpoint;

  @BeforeEach
  void copy() throws IOException {
    checkpoint = TestCheckpoint.at(temp.resolve("m"));
    try (InputStream golden = Golden.class.getResourceAsStream("/golden/tiny-4x/golden.json")) {
      Files.copy(requireNonNull(golden), checkpoint.file(GOLDEN));
    }
  }

  @Test
  void passesAModelThatComputesWhatTheReferenceDoes() throws Exception {
    ModelDirectory model = ModelDirectory.open(checkpoint.path());

    Verification found = verify();

    assertThat(found.passed()).isTrue();
    assertThat(found.golden()).isTrue();
    assertThat(found.fingerprint()).isEqualTo(model.fingerprint().hex());
    assertThat(found.tolerance()).isEqualTo(new Tolerance(false, 1e-4, true));
    assertThat(found.spans()).hasSize(6).allMatch(SpanResult::idsEqual);
    assertThat(found.prompts()).hasSize(3).allMatch(PromptResult::idsEqual);
    assertThat(found.equalTokens()).isEqualTo(192).isEqualTo(found.tokens());
    assertThat(found.bytesRead())
        .isEqualTo(model.bytes() + Files.size(checkpoint.file(GOLDEN)))
        .isGreaterThan(model.weightBytes());
    assertThat(found.tensors()).isEqualTo(24 + 35 + 5);
  }

  @Test
  void failsASpanWithOtherLatents() throws Exception {
    checkpoint.json(GOLDEN, json -> ((ArrayNode) json.at("/spans/2/latents/0")).set(0, 1e3));

    Verification found = verify();

    assertThat(found.passed()).isFalse();
    assertThat(found.spans().get(2).difference()).isGreaterThan(1.0);
    assertThat(found.spans()).filteredOn(span -> !span.passed()).hasSize(1);
  }

  @Test
  void failsASpanThatIsCutIntoOtherTokensAndStillComparesItsLatents() throws Exception {
    checkpoint.json(GOLDEN, json -> ((ObjectNode) json.at("/spans/0")).put("text", "other words"));

    SpanResult span = verify().spans().get(0);

    assertThat(span.passed()).isFalse();
    assertThat(span.idsEqual()).isFalse();
    assertThat(span.difference()).isLessThan(1e-4);
  }

  @Test
  void failsAPromptWithAnotherTokenAndGoesOnWithTheReferences() throws Exception {
    checkpoint.json(GOLDEN, json -> changeLastToken(json));

    PromptResult prompt = verify().prompts().get(1);

    assertThat(prompt.passed()).isFalse();
    assertThat(prompt.equal()).isEqualTo(63);
    assertThat(prompt.firstDifference()).isEqualTo(63);
  }

  @Test
  void callsAnotherTokenWithoutAMarginATie() throws Exception {
    checkpoint.json(
        GOLDEN,
        json -> {
          changeLastToken(json);
          ((ArrayNode) json.at("/prompts/1/margins")).set(63, 9e-4);
        });

    PromptResult prompt = verify().prompts().get(1);

    assertThat(prompt.passed()).isTrue();
    assertThat(prompt.ties()).isEqualTo(1);
    assertThat(prompt.firstDifference()).isEqualTo(-1);
  }

  @Test
  void failsAPromptThatIsAssembledToOtherIds() throws Exception {
    checkpoint.json(GOLDEN, json -> ((ArrayNode) json.at("/prompts/0/prompt_ids")).set(0, 5));

    PromptResult prompt = verify().prompts().get(0);

    assertThat(prompt.idsEqual()).isFalse();
    assertThat(prompt.passed()).isFalse();
  }

  @Test
  void readsLongAnswers() throws Exception {
    checkpoint.json(
        GOLDEN,
        json -> {
          ArrayNode tokens = (ArrayNode) json.at("/prompts/0/tokens");
          ArrayNode margins = (ArrayNode) json.at("/prompts/0/margins");
          while (tokens.size() < 700) {
            tokens.add(7);
            margins.add(0);
          }
        });

    PromptResult prompt = verify().prompts().get(0);

    assertThat(prompt.tokens()).isEqualTo(700);
    assertThat(prompt.equal() + prompt.ties()).isEqualTo(700);
  }

  @Test
  void comparesNothingWithoutGoldenVectors() throws Exception {
    checkpoint.without(GOLDEN);

    Verification found = verify();

    assertThat(found.passed()).isTrue();
    assertThat(found.golden()).isFalse();
    assertThat(found.spans()).isEmpty();
    assertThat(found.tokens()).isZero();
  }

  /** Real decoders have more rows than their tokenizer has ids, and random ones say them. */
  @Test
  void runsADecoderThatSaysIdsBeyondItsTokenizer() throws Exception {
    RandomCheckpoint.Size size = new RandomCheckpoint.Size(64, 2, 4, 2, 16, 128, 20_000);
    Path wide = RandomCheckpoint.write(temp.resolve("wide"), size, size, Dtype.BF16, 3);

    assertThat(Verifier.verify(wide, step -> {}).passed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void refusesWeightsThatAreNoNumbers(float value) {
    checkpoint.weights(
        "decoder",
        tensors -> {
          TestTensor tensor = requireNonNull(tensors.get("model.norm.weight"));
          float[] values = tensor.values().clone();
          values[7] = value;
          tensors.put("model.norm.weight", new TestTensor(tensor.shape(), values));
        });

    assertThatThrownBy(this::verify)
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessage(
            "decoder/model.safetensors: model.norm.weight[7]: NaN or infinite"
                + " (expected: a finite number)");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/spans               | 7         | spans: 7 (expected: a list)",
        "/spans/0/text        | null      | spans[0].text: null (expected: a string)",
        "/spans/1/ids         | []        | spans[1].ids: [] (expected: at least one id)",
        "/spans/1/ids/0       | 403       | spans[1].ids[0]: 403 (expected: an id from 0 to 402)",
        "/spans/1/latents     | []        | spans[1].latents: 0 rows (expected: ",
        "/spans/1/latents/0   | [1]       | spans[1].latents[0]: 1 values (expected: 80 values",
        "/spans/1/latents/0/3 | \"x\"     | spans[1].latents[0][3]: \"x\" (expected: a number)",
        "/prompts/2/parts/0   | {\"a\":1} | prompts[2].parts[0].span: missing (expected: a string)",
        "/prompts/2/parts/0   | {\"span\":\"\"} | prompts[2].parts[0].span: empty (expected: a text)",
        "/prompts/2/tokens/4  | 1e3       | prompts[2].tokens[4]: 1000.0 (expected: an id from 0",
        "/prompts/2/margins   | [1]       | prompts[2].margins: 1 numbers (expected: one for each",
      })
  void namesTheFieldOfABrokenGoldenFile(String pointer, String value, String message) {
    int last = pointer.lastIndexOf('/');
    String name = pointer.substring(last + 1);
    checkpoint.json(
        GOLDEN,
        json -> {
          var parent = json.at(pointer.substring(0, last));
          var node = new JsonMapper().readTree(value);
          if (parent instanceof ArrayNode list) {
            list.set(Integer.parseInt(name), node);
          } else {
            ((ObjectNode) parent).set(name, node);
          }
        });

    assertThatThrownBy(this::verify)
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith("golden.json: " + message);
  }

  @Test
  void refusesAGoldenFileThatIsNone() {
    checkpoint.text(GOLDEN, json -> json.substring(0, 100));
    assertThatThrownBy(this::verify).hasMessageStartingWith("golden.json: Unexpected end");
    checkpoint.text(GOLDEN, json -> "{\"spans\": [], \"prompts\": []}");
    assertThatThrownBy(this::verify)
        .hasMessage("golden.json: spans, prompts: empty (expected: at least one of either)");
  }

  @Test
  void measuresQuantisedLatentsByTheirLength() {
    Tolerance relative = new Tolerance(true, 0.1, false);
    float[] expected = {3, 4};

    assertThat(relative.difference(new float[] {3, 4.5f}, expected)).isEqualTo(0.1);
    assertThat(relative.accepts(0.1)).isTrue();
    assertThat(relative.accepts(Double.NaN)).isFalse();
    assertThat(relative.difference(new float[2], new float[2])).isZero();
  }

  @Test
  void measuresLargeLatentsInUnitsOfTheirSize() {
    Tolerance absolute = new Tolerance(false, 1, true);

    assertThat(absolute.difference(new float[2], new float[] {0.25f, 0.5f})).isEqualTo(0.5);
    assertThat(absolute.difference(new float[] {4, 2}, new float[] {4, 4})).isEqualTo(0.5);
  }

  private static void changeLastToken(ObjectNode json) {
    ArrayNode tokens = (ArrayNode) json.at("/prompts/1/tokens");
    tokens.set(63, (tokens.get(63).intValue() + 1) % 500);
  }

  private Verification verify() throws Exception {
    Consumer<String> nobody = step -> {};
    return Verifier.verify(checkpoint.path(), nobody);
  }
}
