package ai.laconic.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryOwnerTest {
  @TempDir private Path parent;
  private Path directory;

  @BeforeEach
  void name() {
    directory = parent.resolve("data");
  }

  @Test
  void closingTwiceGivesUpNothingOfTheNext() throws Exception {
    DataDirectory first = DataDirectory.open(directory);
    first.close();
    try (DataDirectory second = DataDirectory.open(directory)) {
      first.close();

      assertThatThrownBy(() -> DataDirectory.open(directory))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining(second.path() + ": in use");
    }
  }

  @Test
  void anEmptyDirectoryBecomesItsUsersOwn() throws Exception {
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, permissions("rwxr-xr-x"));

    DataDirectory.open(directory).close();

    assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(permissions("rwx------"));
  }

  @Test
  void whoOpensItUpToOthersLaterMeansIt() throws Exception {
    DataDirectory.open(directory).close();
    Files.setPosixFilePermissions(directory, permissions("rwxr-x---"));

    DataDirectory.open(directory).close();

    assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(permissions("rwxr-x---"));
  }

  private static Set<PosixFilePermission> permissions(String text) {
    return PosixFilePermissions.fromString(text);
  }
}
