package ai.laconic.cli.command;

import picocli.CommandLine.Command;

@Command(
    name = "models",
    description = "Look into checkpoint directories, quantise them, write their graphs.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ListModelsCommand.class,
      ShowModelCommand.class,
      VerifyCommand.class,
      QuantiseCommand.class,
      GraphCommand.class
    })
final class ModelsCommand {}
