package ai.laconic.benchmarks.peer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a Python environment of its own.
 *
 * @param home folder of the installation, and of files that are made once for a model
 */
record PeerInstallation(Path home) {
  private static final int INSTALLS_WITHIN_MINUTES = 60;

  /** Which interpreter makes the environment; {@code python3} where it isn't set. */
  private static final String PYTHON_VARIABLE = "LACONIC_PYTHON";

  /** What is installed with what it depends on, then what is installed alone. */
  private static final List<String> REQUIREMENTS =
      List.of("requirements.txt", "requirements-alone.txt");

  /**
   * Returns the installation in a cache, made first if it isn't there. Processes that ask at once
   * make it once.
   *
   * @param cache folder of installations; each lies in one named for the versions in it
   * @param requirements folder with the files that name the versions
   */
  static PeerInstallation in(Path cache, String name, Path requirements)
      throws PeerUnavailableException {
    try {
      Path home =
          Files.createDirectories(
              cache.resolve(name + "-" + digest(requirements).substring(0, 12)));
      try (FileChannel channel =
              FileChannel.open(
                  home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        Path installed = home.resolve("installed");
        if (held.isValid() && !Files.exists(installed)) {
          install(home, requirements);
          Files.createFile(installed);
        }
        return new PeerInstallation(home);
      }
    } catch (PeerUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new PeerUnavailableException(cache + ": " + e.getMessage(), e);
    }
  }

  private static void install(Path home, Path requirements) throws PeerUnavailableException {
    String python = Optional.ofNullable(System.getenv(PYTHON_VARIABLE)).orElse("python3");
    String environment = home.resolve("environment").toString();
    run(home, List.of(python, "-m", "venv", "--clear", environment));
    for (String name : REQUIREMENTS) {
      Path file = requirements.resolve(name);
      if (Files.exists(file)) {
        List<String> command =
            new ArrayList<>(
                List.of(
                    interpreter(home).toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check"));
        if (!name.equals(REQUIREMENTS.get(0))) {
          command.add("--no-deps");
        }
        command.addAll(List.of("--requirement", file.toString()));
        run(home, command);
      }
    }
  }

  private static void run(Path home, List<String> command) throws PeerUnavailableException {
    Path log = home.resolve("install.log");
    String name = String.join(" ", command);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(INSTALLS_WITHIN_MINUTES, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new PeerUnavailableException(
            name + ": not done after " + INSTALLS_WITHIN_MINUTES + " minutes");
      }
      if (process.exitValue() != 0) {
        throw new PeerUnavailableException(
            name + ": exit status " + process.exitValue() + " (" + log + " says why)");
      }
    } catch (PeerUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new PeerUnavailableException(name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException(name + ": interrupted", e);
    }
  }

  /** Returns the environment's Python. */
  Path interpreter() {
    return interpreter(home);
  }

  private static Path interpreter(Path home) {
    return home.resolve("environment/bin/python");
  }

  private static String digest(Path requirements) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : REQUIREMENTS) {
        Path file = requirements.resolve(name);
        if (Files.exists(file)) {
          digest.update(Files.readAllBytes(file));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
