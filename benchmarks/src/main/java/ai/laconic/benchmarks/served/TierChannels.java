package ai.laconic.benchmarks.served;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/** Connections to the tiers behind a gateway. */
final class TierChannels {
  private static final Metadata.Key<String> TENANT =
      Metadata.Key.of("laconic-tenant", Metadata.ASCII_STRING_MARSHALLER);

  private TierChannels() {}

  /** Opens one whose calls are those of whoever calls a gateway without API keys. */
  static ManagedChannel open(String tier) {
    Metadata headers = new Metadata();
    headers.put(TENANT, "default");
    return Grpc.newChannelBuilder("dns:///" + tier, InsecureChannelCredentials.create())
        .directExecutor()
        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
        .build();
  }
}
