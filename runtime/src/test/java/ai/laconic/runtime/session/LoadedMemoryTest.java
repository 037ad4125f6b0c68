package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.RandomCheckpoint;
import ai.laconic.runtime.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Guards how much memory a loaded model takes beside its mapped files. A process of its own
 * measures it, with a heap that is touched before: what grows then is what was loaded.
 */
class LoadedMemoryTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"F32, 1.5", "BF16, 3"})
  @EnabledOnOs(OS.LINUX)
  void staysNearTheSizeOfItsFiles(Dtype dtype, double most) throws Exception {
    RandomCheckpoint.Size size = new RandomCheckpoint.Size(256, 2, 4, 2, 64, 1024, 20_000);
    Path model = RandomCheckpoint.write(temp.resolve("m"), size, size, dtype, 1);
    Path output = temp.resolve("output");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Loader.class.getName(),
                model.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    assertThat(process.waitFor()).as(Files.readString(output)).isZero();
    List<String> lines = Files.readAllLines(output);
    long grown = Long.parseLong(lines.get(lines.size() - 1));
    assertThat((double) grown / ModelDirectory.open(model).weightBytes()).isLessThan(most);
  }

  /** Loads both parts of a model and prints by how many bytes anonymous memory has grown. */
  static final class Loader {
    private Loader() {}

    public static void main(String[] arguments) throws Exception {
      ModelDirectory model = ModelDirectory.open(Path.of(arguments[0]));
      OrtSessions.environment();
      long before = anonymousBytes();
      try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1);
          DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 16, 1)) {
        encoder.encode(List.of(new int[] {1, 2, 3}));
        decoder.append(0, new int[] {1, 2, 3}, new float[0]);
        System.out.println(anonymousBytes() - before);
      }
    }

    private static long anonymousBytes() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      throw new IllegalStateException("no RssAnon in /proc/self/status");
    }
  }
}
