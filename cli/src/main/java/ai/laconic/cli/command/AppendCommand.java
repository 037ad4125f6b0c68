package ai.laconic.cli.command;

import ai.laconic.cli.client.Upload;
import ai.laconic.v1.AppendOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "append",
    description =
        "Make a new context out of one and the texts that follow it; prints its ID. The old one"
            + " stays as it is.",
    mixinStandardHelpOptions = true)
final class AppendCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Mixin NewContextOptions made = new NewContextOptions();

  @Parameters(index = "0", paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
  String context = "";

  @Parameters(
      index = "1..*",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Texts in UTF-8, one after another; - reads standard input.")
  List<Path> files = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    InputTexts texts = InputTexts.of(files);
    AppendOptions.Builder options = options();
    return Uploads.run(
        gateway,
        texts,
        (connection, progress) ->
            Upload.append(
                connection,
                options
                    .setParentId(ContextNames.resolve(connection, gateway.output(), context))
                    .build(),
                progress));
  }

  private AppendOptions.Builder options() {
    AppendOptions.Builder options =
        AppendOptions.newBuilder()
            .setExpiration(made.expiration())
            .putAllLabels(made.labels)
            .setRequestId(made.requestId);
    made.ttl().ifPresent(options::setTtl);
    if (made.name != null) {
      options.setName(made.name);
    }
    return options;
  }
}
