package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.Context;
import ai.laconic.v1.Labels;
import ai.laconic.v1.PinChange;
import ai.laconic.v1.UpdateContextRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "update",
    description = "Rename a context, label it, keep it longer or shorter, pin it.",
    mixinStandardHelpOptions = true)
final class UpdateContextCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Parameters(paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
  String context = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Its new name; \"\" takes its name away.")
  @Nullable String name;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description =
          "Keep it so long from now, be that longer or shorter than before, such as 24h; at most"
              + " 7d, or what the gateway is set to.")
  @Nullable Duration ttl;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "In place of the labels that it has; may be repeated.")
  @Nullable Map<String, String> labels;

  @Option(names = "--no-labels", description = "Take all of its labels away.")
  boolean noLabels;

  @Option(
      names = "--pin",
      paramLabel = "OWNER",
      description =
          "Keep it for this owner, whatever its expiry and whoever deletes it. OWNER: 1 to 128"
              + " letters of ASCII, digits, and . _ : / @ -")
  @Nullable String pin;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long --pin holds, such as 2h; at most 7d, or what the gateway is set to.")
  @Nullable Duration pinFor;

  @Option(
      names = "--unpin",
      paramLabel = "OWNER",
      description = "Take this owner's pin away; no error if there is none.")
  @Nullable String unpin;

  @Override
  public Integer call() {
    Output output = gateway.output();
    UpdateContextRequest.Builder request = request();
    try (Connection connection = gateway.connect()) {
      request.setContextId(ContextNames.resolve(connection, output, context));
      Context changed = connection.contexts().updateContext(request.build());
      output.print(changed, () -> ContextTable.all(output, List.of(changed)));
    }
    return ExitCode.OK;
  }

  private UpdateContextRequest.Builder request() {
    UpdateContextRequest.Builder request = UpdateContextRequest.newBuilder();
    if (name != null) {
      request.setName(name);
    }
    if (ttl != null) {
      request.setTtl(Units.durationProto(ttl));
    }
    if (labels != null && noLabels) {
      throw new IllegalArgumentException("--label, --no-labels: both (expected: one of them)");
    }
    if (noLabels) {
      request.setLabels(Labels.getDefaultInstance());
    } else if (labels != null) {
      request.setLabels(Labels.newBuilder().putAllLabels(labels));
    }
    pinChange(request);
    if (request.build().equals(UpdateContextRequest.getDefaultInstance())) {
      throw new IllegalArgumentException(
          "change: none (expected: --name, --ttl, --label, --no-labels, --pin or --unpin)");
    }
    return request;
  }

  private void pinChange(UpdateContextRequest.Builder request) {
    if (pin != null && unpin != null) {
      throw new IllegalArgumentException("--pin, --unpin: both (expected: one of them)");
    }
    if ((pin == null) != (pinFor == null)) {
      throw new IllegalArgumentException(
          (pin == null ? "--for: without --pin" : "--pin: without --for") + " (expected: both)");
    }
    if (pin != null && pinFor != null) {
      request.setPin(PinChange.newBuilder().setOwner(pin).setTtl(Units.durationProto(pinFor)));
    } else if (unpin != null) {
      request.setPin(PinChange.newBuilder().setOwner(unpin));
    }
  }
}
