package ai.laconic.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
  @TempDir Path temp;

  @Test
  void isTheSameForACopy() throws Exception {
    TestCheckpoint copy = TestCheckpoint.at(temp.resolve("other name"));
    Files.writeString(copy.file("README.md"), "computes nothing");

    assertThat(fingerprint(copy.path())).isEqualTo(fingerprint(Golden.checkpoint()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model_config.json",
        "encoder/config.json",
        "encoder/tokenizer.json",
        "encoder/tokenizer_config.json",
        "encoder/model.safetensors",
        "decoder/config.json",
        "decoder/generation_config.json",
        "decoder/tokenizer.json",
        "decoder/tokenizer_config.json",
        "decoder/model.safetensors.index.json",
        "decoder/model-00002-of-00003.safetensors",
        "adapter/adapter.safetensors"
      })
  void changesWithEveryFile(String name) throws Exception {
    TestCheckpoint copy = TestCheckpoint.at(temp.resolve("m"));
    byte[] bytes = Files.readAllBytes(copy.file(name));
    if (name.endsWith(".json")) {
      Files.writeString(copy.file(name), new String(bytes, StandardCharsets.UTF_8) + "\n");
    } else {
      bytes[bytes.length - 1] ^= 1;
      Files.write(copy.file(name), bytes);
    }

    assertThat(fingerprint(copy.path())).isNotEqualTo(fingerprint(Golden.checkpoint()));
  }

  @Test
  void isComputedOnce() throws Exception {
    TestCheckpoint copy = TestCheckpoint.at(temp.resolve("m"));
    ModelDirectory model = ModelDirectory.open(copy.path());
    ModelFingerprint first = model.fingerprint();
    copy.without("adapter/adapter.safetensors");

    assertThat(model.fingerprint()).isSameAs(first);
    ModelDirectory gone = ModelDirectory.open(TestCheckpoint.at(temp.resolve("n")).path());
    Files.delete(gone.path().resolve("adapter/adapter.safetensors"));
    assertThatThrownBy(gone::fingerprint)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("adapter.safetensors");
  }

  /** Pins the form of the digest: latents that are stored under it outlive a release. */
  @Test
  void digestsNamesSizesAndContents() throws Exception {
    Path file = Files.write(temp.resolve("file"), new byte[] {1, 2, 3});
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    byte[] content = sha.digest(new byte[] {1, 2, 3});
    sha.update("laconic model 1\n".getBytes(StandardCharsets.UTF_8));
    for (String name : new String[] {"a", "b/c"}) {
      sha.update(new byte[] {0, 0, 0, (byte) name.length()});
      sha.update(name.getBytes(StandardCharsets.UTF_8));
      sha.update(new byte[] {0, 0, 0, 0, 0, 0, 0, 3});
      sha.update(content);
    }

    assertThat(Fingerprinter.of(Map.of("b/c", file, "a", file)))
        .isEqualTo(ModelFingerprint.of(sha.digest()));
  }

  private static ModelFingerprint fingerprint(Path directory) throws ModelDirectoryException {
    return ModelDirectory.open(directory).fingerprint();
  }
}
