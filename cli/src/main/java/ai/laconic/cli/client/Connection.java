package ai.laconic.cli.client;

import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceBlockingStub;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceStub;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import ai.laconic.v1.PoolServiceGrpc;
import ai.laconic.v1.PoolServiceGrpc.PoolServiceBlockingStub;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Stubs on one channel to a gateway. Every call has a deadline. */
public final class Connection implements AutoCloseable {
  private static final int UNARY_SECONDS = 15;
  private static final int STREAM_MINUTES = 15;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;

  private Connection(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a channel; nothing is sent before the first call.
   *
   * @param server host and port
   * @param apiKey sent with every call, if there is one
   */
  public static Connection open(String server, Optional<String> apiKey) {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget("dns:///" + server).usePlaintext();
    apiKey.map(Connection::authorization).ifPresent(builder::intercept);
    return new Connection(builder.build());
  }

  private static ClientInterceptor authorization(String apiKey) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + apiKey);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  public ContextServiceBlockingStub contexts() {
    return ContextServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(UNARY_SECONDS, TimeUnit.SECONDS);
  }

  public ContextServiceStub uploads() {
    return ContextServiceGrpc.newStub(channel).withDeadlineAfter(STREAM_MINUTES, TimeUnit.MINUTES);
  }

  public GenerationServiceBlockingStub generation() {
    return GenerationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(STREAM_MINUTES, TimeUnit.MINUTES);
  }

  public PoolServiceBlockingStub pools() {
    return PoolServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(UNARY_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
