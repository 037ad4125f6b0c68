package ai.laconic.triton.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Triton in a Python environment of its own.
 *
 * @param environment the virtual environment
 * @param backends what the server loads its Python backend from
 * @param python the environment's Python
 */
public record TritonInstallation(Path environment, Path backends, Python python) {
  private static final Duration INSTALLS_WITHIN = Duration.ofMinutes(15);
  private static final String REQUIREMENTS = "requirements.txt";

  /** Which interpreter makes the environment; {@code python3} where it isn't set. */
  private static final String PYTHON_VARIABLE = "LACONIC_PYTHON";

  /** Returns where installations are kept: {@code ~/.cache/laconic}, or in XDG_CACHE_HOME. */
  public static Path defaultCache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(folder -> !folder.isBlank())
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("laconic");
  }

  /**
   * Returns the installation in a cache, made first if it isn't there: 370 MB, a minute or so.
   * Processes that ask at once make it once.
   *
   * @param cache folder of installations; each lies in one named for the versions in it
   * @throws TritonUnavailableException no suitable Python, no wheel for this machine, no network
   */
  public static synchronized TritonInstallation in(Path cache) throws TritonUnavailableException {
    byte[] requirements = requirements();
    try {
      Path home =
          Files.createDirectories(cache.resolve("triton-" + digest(requirements).substring(0, 12)));
      try (FileChannel channel =
              FileChannel.open(
                  home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        Path environment = home.resolve("environment");
        Path installed = home.resolve("installed");
        if (held.isValid() && !Files.exists(installed)) {
          install(environment, home.resolve("backends"), requirements);
          Files.createFile(installed);
        }
        Python python = Python.of(environment.resolve("bin/python"));
        return new TritonInstallation(environment, home.resolve("backends"), python);
      }
    } catch (TritonUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new TritonUnavailableException(cache + ": " + e.getMessage(), e);
    }
  }

  private static void install(Path environment, Path backends, byte[] requirements)
      throws IOException {
    String python = Optional.ofNullable(System.getenv(PYTHON_VARIABLE)).orElse("python3");
    Commands.run(List.of(python, "-m", "venv", "--clear", environment.toString()), INSTALLS_WITHIN);
    // Before the large download: says what is wrong with this Python.
    Python installed = Python.of(environment.resolve("bin/python"));
    Path file = environment.resolve(REQUIREMENTS);
    Files.write(file, requirements);
    Commands.run(
        List.of(
            environment.resolve("bin/python").toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
            file.toString()),
        INSTALLS_WITHIN);
    Path server = server(installed);
    copy(server.resolve("backends/python"), backends.resolve("python"));
    Path stub =
        server.resolve(
            "python_backend_stubs/" + installed.version() + "/triton_python_backend_stub");
    if (!Files.exists(stub)) {
      throw new TritonUnavailableException(
          "python: version "
              + installed.version()
              + " (expected: one that the wheel has a stub"
              + " for; "
              + PYTHON_VARIABLE
              + " names another interpreter)");
    }
    Files.copy(
        stub,
        backends.resolve("python").resolve(stub.getFileName()),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void copy(Path source, Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file,
            target.resolve(file.getFileName()),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static Path server(Python python) {
    return python.packages().resolve("pytriton/tritonserver");
  }

  /** Returns the server's program. */
  Path program() {
    return server(python).resolve("bin/tritonserver");
  }

  /** Returns where the dynamic linker finds what the server and its Python need. */
  String libraries() {
    return python.libraries() + ":" + python.packages().resolve("nvidia_pytriton.libs");
  }

  private static byte[] requirements() {
    try (InputStream file =
        Objects.requireNonNull(
            TritonInstallation.class.getResourceAsStream(REQUIREMENTS), REQUIREMENTS)) {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(REQUIREMENTS, e);
    }
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
