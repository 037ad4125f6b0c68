package ai.laconic.cli;

import ai.laconic.cli.command.Laconic;

/** Entry of the launcher. */
public final class Main {
  private Main() {}

  public static void main(String... arguments) {
    System.exit(Laconic.commandLine().execute(arguments));
  }
}
