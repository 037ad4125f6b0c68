package ai.laconic.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void real() throws Exception {
    path = folder.toRealPath().resolve("data");
  }

  private AbstractThrowableAssert<?, ?> assertRefused(Path refused) {
    return assertThatThrownBy(() -> DataDirectory.open(refused).close())
        .isInstanceOf(DataDirectoryException.class);
  }

  @Test
  void makesOneThatIsItsOwnersAlone() throws Exception {
    Path deep = path.resolve("of").resolve("cache");
    DataDirectory.open(deep).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
        .isEqualTo("rwx------");
    assertThat(deep.resolve("layout")).hasContent("laconic cache, layout 1\n");
  }

  @Test
  void isOpenOnceUntilItIsClosed() throws Exception {
    try (DataDirectory open = DataDirectory.open(path)) {
      assertThat(open.path()).isEqualTo(path);
      Path link = Files.createSymbolicLink(folder.resolve("link"), path);
      assertRefused(link)
          .hasMessage(
              "data directory %s: in use by another process (expected: one directory for each cache"
                  + " that runs)",
              path);
    }
    DataDirectory.open(path).close();
  }

  @Test
  void refusesALayoutThatItDoesNotKnow() throws Exception {
    DataDirectory.open(path).close();
    Files.writeString(path.resolve("layout"), "laconic cache, layout 2\n");
    assertRefused(path)
        .hasMessage(
            "data directory %s: its file \"layout\" says \"laconic cache, layout 2\" (expected:"
                + " \"laconic cache, layout 1\"; a newer version of Laconic wrote it)",
            path);

    Files.write(path.resolve("layout"), new byte[] {(byte) 0xC3, 0, 'x', 27});
    assertRefused(path)
        .hasMessage(
            "data directory %s: its file \"layout\" says \"??x?\" (expected: \"laconic cache,"
                + " layout 1\")",
            path);
  }

  @Test
  void refusesWhatSomebodyElsePutThere() throws Exception {
    Files.createDirectory(path);
    Files.writeString(path.resolve("thesis.txt"), "mine");

    assertRefused(path)
        .hasMessage(
            "data directory %s: holds \"thesis.txt\" and no file \"layout\" (expected: an empty"
                + " directory, or one that holds a cache)",
            path);
    assertThat(path.resolve("thesis.txt")).hasContent("mine");
  }

  @Test
  void goesOnWhereAProcessDiedThatHadJustBegun() throws Exception {
    Files.createDirectory(path);
    Files.createFile(path.resolve("lock"));
    Files.writeString(path.resolve("layout.new"), "laconic ca");

    DataDirectory.open(path).close();
    assertThat(path.resolve("layout")).hasContent("laconic cache, layout 1\n");
  }

  @Test
  void refusesAFile() throws Exception {
    Files.writeString(path, "mine");

    assertRefused(path)
        .hasMessage(
            "data directory %s: %s is a file (expected: one that this user may read and write)",
            path, path);
    assertRefused(path.resolve("below")).hasMessageContaining("(expected: one that this user may");
  }
}
