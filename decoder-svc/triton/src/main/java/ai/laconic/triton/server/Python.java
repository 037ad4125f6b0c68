package ai.laconic.triton.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * An interpreter.
 *
 * @param version such as 3.11
 * @param packages where its packages are installed
 * @param libraries folder of its shared library, which Triton's Python backend is linked to
 */
record Python(String version, Path packages, Path libraries) {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final String QUESTIONS =
      """
      import sysconfig
      print(sysconfig.get_python_version())
      print(sysconfig.get_path("platlib"))
      print(sysconfig.get_config_var("INSTSONAME"))
      print(sysconfig.get_config_var("LIBDIR"))
      print(sysconfig.get_config_var("MULTIARCH"))
      """;

  static Python of(Path interpreter) throws TritonUnavailableException {
    String[] answers =
        Commands.run(List.of(interpreter.toString(), "-c", QUESTIONS), ANSWERS_WITHIN)
            .split("\n", -1);
    String library = answers[2];
    Path folder = Path.of(answers[3]);
    Path libraries =
        Stream.of(folder, folder.resolve(answers[4]))
            .filter(each -> Files.exists(each.resolve(library)))
            .findFirst()
            .orElseThrow(
                () ->
                    new TritonUnavailableException(
                        folder.resolve(library) + ": not found (expected: a shared libpython)"));
    return new Python(answers[0], Path.of(answers[1]), libraries);
  }
}
