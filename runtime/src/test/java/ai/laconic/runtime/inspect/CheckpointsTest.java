package ai.laconic.runtime.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.safetensors.Dtype;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path temp;

  @Test
  void findsCheckpointsAndSaysWhyOneIsNotServed() throws Exception {
    TestCheckpoint.at(temp.resolve("b"));
    TestCheckpoint.at(temp.resolve("a")).without("adapter/adapter.safetensors");
    TestCheckpoint.at(temp.resolve("training/checkpoint_3"));
    Files.createDirectories(temp.resolve("notes/figures"));
    Files.writeString(temp.resolve("model_config.json"), "a file");

    List<Checkpoints.Found> found = Checkpoints.in(temp);

    assertThat(found)
        .extracting(checkpoint -> String.valueOf(checkpoint.directory().getFileName()))
        .containsExactly("a", "b", "training");
    assertThat(found.get(0).model()).isEmpty();
    assertThat(found.get(0).refusal()).startsWith("adapter/adapter.safetensors: missing");
    assertThat(found.get(1).model()).map(ModelDirectory::name).contains("b");
    assertThat(found.get(2).model()).map(ModelDirectory::name).contains("training");
  }

  @Test
  void refusesToLookInAFile() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checkpoints.in(file))
        .withMessageContaining("(expected: a directory with checkpoint directories)");
  }

  @Test
  void countsWhatServingTakes() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());

    ModelFacts facts = ModelFacts.of(model, 4, 100);

    assertThat(facts.encoder().parameters()).isEqualTo(74_944);
    assertThat(facts.encoder().dtypes()).containsExactly("BF16");
    assertThat(facts.encoder().bytes()).isEqualTo(152_216);
    assertThat(facts.encoder().mappedBytes()).isEqualTo(403 * 48 * 2);
    assertThat(facts.encoder().loadedBytes()).isEqualTo((74_944 - 403 * 48) * 4);
    assertThat(facts.adapter().parameters()).isEqualTo(48 + 80 * 48 + 80 + 80 * 80 + 80);
    // Tied: the table is the output matrix as well.
    assertThat(facts.decoder().loadedBytes()).isEqualTo(facts.decoder().parameters() * 4);
    assertThat(facts.memory().kvBytes()).isEqualTo(4 * 100 * 2 * 3 * 1 * 16 * 4);
    assertThat(facts.tokenCost().latentFp16()).isEqualTo(80 * 2 / 4.0);
    assertThat(facts.tokenCost().kvUncompressed()).isEqualTo(384);
    assertThat(facts.tokenCost().kvCompressed()).isEqualTo(96);
    assertThat(facts.golden()).isFalse();
  }

  @Test
  void leavesTheTableOfAnUntiedDecoderMapped() throws Exception {
    TestCheckpoint untied = TestCheckpoint.at(temp.resolve("untied")).stored(Dtype.F32, 0);
    untied
        .json("decoder/config.json", json -> json.put("tie_word_embeddings", false))
        .weights(
            "decoder",
            tensors ->
                tensors.put(
                    "lm_head.weight",
                    Objects.requireNonNull(tensors.get("model.embed_tokens.weight"))));

    PartFacts decoder = ModelFacts.of(ModelDirectory.open(untied.path()), 1, 1).decoder();

    assertThat(decoder.dtypes()).containsExactly("F32");
    assertThat(decoder.mappedBytes()).isEqualTo(512 * 80 * 4);
    assertThat(decoder.loadedBytes()).isEqualTo(decoder.parameters() * 4 - 512 * 80 * 4);
  }
}
