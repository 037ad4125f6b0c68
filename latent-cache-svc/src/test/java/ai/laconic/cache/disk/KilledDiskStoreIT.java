package ai.laconic.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.context.ContextWriting;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process that has the directory is killed while it writes, again and again. */
class KilledDiskStoreIT {
  private static final int KILLS = 200;
  private static final int MOST_WRITTEN = 3;

  @TempDir private Path folder;
  private Path directory;
  private Path driver;

  @BeforeEach
  void makeFolders() throws Exception {
    directory = folder.toRealPath().resolve("data");
    driver = Files.createDirectory(folder.resolve("driver"));
  }

  @Test
  void noContextIsLostThatWasPromised() throws Exception {
    Random random = new Random(7);
    List<Integer> promised = new ArrayList<>();
    int next = 1;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(next);
      try (BufferedReader output = process.inputReader()) {
        int written = 1 + random.nextInt(MOST_WRITTEN);
        for (int i = 0; i < written; i++) {
          String line = output.readLine();
          assertThat(line).as("kill %d", kill).isNotNull();
          promised.add(Integer.parseInt(line));
        }
        // By its handle: the process itself would close its output unread.
        assertThat(process.toHandle().destroyForcibly()).isTrue();
        // What it said before it died is promised too.
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          promised.add(Integer.parseInt(line));
        }
        process.waitFor();
      }
      // One more may be stored that nobody heard of.
      next = promised.get(promised.size() - 1) + 2;
    }

    DiskStores stores = DiskStores.open(directory, 64 << 20, InstantSource.system());
    try {
      ContextWriting writing = new ContextWriting(stores.contexts(), stores.blocks());
      assertThat(writing.read()).containsAll(promised);
      assertThat(writing.lostBlocks(promised)).isEmpty();
      writing.sweep();
      assertThat(writing.read()).containsAll(promised);
      assertThat(writing.lostBlocks(promised)).isEmpty();
    } finally {
      stores.close();
    }
  }

  @Test
  void anotherProcessIsRefusedUntilTheFirstIsDead() throws Exception {
    Process process = start(1);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("1");
      assertThatThrownBy(() -> DiskStores.open(directory, 64 << 20, InstantSource.system()))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessage(
              "data directory %s: in use by another process (expected: one directory for each cache"
                  + " that runs)",
              directory);
    } finally {
      process.destroyForcibly().waitFor();
    }
    DiskStores.open(directory, 64 << 20, InstantSource.system()).close();
  }

  private Process start(int next) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // Where the driver unpacks its library, and leaves it when it is killed.
            "-Dorg.sqlite.tmpdir=" + driver,
            "-cp",
            System.getProperty("java.class.path"),
            DyingWriter.class.getName(),
            directory.toString(),
            Integer.toString(next))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
