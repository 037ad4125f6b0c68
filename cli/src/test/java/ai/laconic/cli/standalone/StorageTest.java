package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
  @TempDir private Path folder;

  private String secret() throws IOException {
    return new Storage.Directory(folder).sharingSecret().orElseThrow();
  }

  @Test
  void aDirectoryKeepsItsSecret() throws Exception {
    String made = secret();

    assertThat(Base64.getUrlDecoder().decode(made)).hasSize(Storage.SECRET_BYTES);
    assertThat(secret()).isEqualTo(made);
    assertThat(folder).isDirectoryContaining("glob:**/sharing-secret");
    assertThat(folder).isDirectoryNotContaining("glob:**.new");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("sharing-secret"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aDirectoryKeepsTheSecretThatSomebodyPutThere() throws Exception {
    Files.writeString(folder.resolve("sharing-secret"), "of the machine before\n");

    assertThat(secret()).isEqualTo("of the machine before");
  }

  @Test
  void aSecretThatIsEmptyIsNone() throws Exception {
    Path file = Files.createFile(folder.resolve("sharing-secret"));

    assertThatThrownBy(this::secret)
        .hasMessage(file + ": empty (expected: a secret of 16 characters or more, or no file)");
  }

  @Test
  void memoryHasAnotherSecretEachTime() {
    assertThat(new Storage.Memory().sharingSecret())
        .isPresent()
        .isNotEqualTo(new Storage.Memory().sharingSecret());
  }

  @Test
  void whoSharesARedisAgreesOnASecret() {
    Storage.Redis redis = new Storage.Redis("redis://:hidden@cache:6379");

    assertThat(redis).hasToString("Redis[uri=(not shown)]");
    assertThat(redis.sharingSecret()).isEmpty();
  }

  @Test
  void saysWhereTheCacheKeepsThings() {
    assertThat(new Storage.Memory().cacheSettings()).isEmpty();
    assertThat(new Storage.Directory(folder).cacheSettings())
        .isEqualTo(
            Map.of(
                "laconic.cache.blocks.store", "disk",
                "laconic.cache.contexts.store", "disk",
                "laconic.cache.directory", folder.toString()));
  }
}
