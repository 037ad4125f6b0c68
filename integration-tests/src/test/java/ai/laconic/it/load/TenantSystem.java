package ai.laconic.it.load;

import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** All tiers in this process, as {@code laconic up} starts them, with tenants that have keys. */
final class TenantSystem implements AutoCloseable {
  private static final int MAX_POSITIONS = 32768;
  private static final int SLOTS = 4;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Standalone standalone;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private TenantSystem(Standalone standalone) {
    this.standalone = standalone;
  }

  /**
   * Starts it.
   *
   * @param settings that win over those of {@code up}
   * @param tenants each has its name for a key
   */
  static TenantSystem start(Path model, Map<String, String> settings, List<String> tenants)
      throws Exception {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < tenants.size(); i++) {
      String key = "laconic.gateway.api-keys[" + i + "].";
      all.put(key + "tenant", tenants.get(i));
      all.put(key + "sha256", sha256(tenants.get(i)));
    }
    all.putAll(settings);
    Standalone standalone =
        Standalone.start(
            new StandaloneOptions(
                List.of(model),
                Engine.ONNX,
                new Storage.Memory(),
                "127.0.0.1",
                0,
                MAX_POSITIONS,
                SLOTS,
                all));
    Ready.await(standalone::pools, Duration.ofMinutes(2));
    return new TenantSystem(standalone);
  }

  private static String sha256(String key) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns host and port of the gateway. */
  String gateway() {
    return standalone.gateway();
  }

  /** Returns a connection of one tenant to the gateway. */
  ManagedChannel gateway(String tenant) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + tenant);
    return open(gateway(), MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private ManagedChannel open(String address, ClientInterceptor interceptor) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget("dns:///" + address)
            .usePlaintext()
            .intercept(interceptor)
            .build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    standalone.close();
  }
}
