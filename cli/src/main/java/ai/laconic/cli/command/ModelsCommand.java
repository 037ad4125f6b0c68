package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.ListPoolsResponse;
import ai.laconic.v1.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "models",
    description = "List the models that the gateway serves, and at which ratio.",
    subcommands = {QuantiseCommand.class},
    mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {
  private static final int SHOWN_DIGITS = 12;

  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Override
  public Integer call() {
    Output output = gateway.output();
    try (Connection connection = gateway.connect()) {
      ListPoolsResponse pools = connection.pools().listPools(ListPoolsRequest.getDefaultInstance());
      output.print(pools, () -> print(output, pools));
    }
    return ExitCode.OK;
  }

  private static void print(Output output, ListPoolsResponse pools) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "POOL",
            "MODEL",
            "RATIO",
            "WINDOW",
            "POSITIONS",
            "LATENT",
            "KV",
            "FINGERPRINT",
            "READY"));
    for (Pool pool : pools.getPoolsList()) {
      String fingerprint = pool.getModel().getFingerprint();
      rows.add(
          List.of(
              pool.getName(),
              pool.getModel().getName(),
              pool.getRatio() + "x",
              Units.count(pool.getModel().getWindowTokens()),
              Units.count(pool.getMaxPositions()),
              Units.bytes(pool.getModel().getLatentBytes()),
              Units.bytes(pool.getModel().getKvBytesPerPosition()),
              fingerprint.substring(0, Math.min(SHOWN_DIGITS, fingerprint.length())),
              ready(pool)));
    }
    output.table(rows);
  }

  private static String ready(Pool pool) {
    if (pool.getEncoderReady() && pool.getDecoderReady()) {
      return "yes";
    }
    return pool.getEncoderReady() ? "no decoder" : pool.getDecoderReady() ? "no encoder" : "no";
  }
}
