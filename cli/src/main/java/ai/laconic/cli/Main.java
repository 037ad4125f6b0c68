package ai.laconic.cli;

import ai.laconic.cli.command.Laconic;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Entry of the launcher. */
public final class Main {
  private Main() {}

  public static void main(String... arguments) {
    CommandLine commandLine = Laconic.commandLine().setOut(new PrintWriter(System.out, true));
    // What libraries and services log belongs to the diagnostics: standard output is the answer.
    System.setOut(System.err);
    System.exit(commandLine.execute(arguments));
  }
}
