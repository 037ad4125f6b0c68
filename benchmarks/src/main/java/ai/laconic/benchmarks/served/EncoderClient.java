package ai.laconic.benchmarks.served;

import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncoderServiceGrpc;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;

/** Asks an encoder as the gateway does. */
public final class EncoderClient implements AutoCloseable {
  private static final Duration TTL = Duration.newBuilder().setSeconds(7200).build();

  private final ManagedChannel channel;

  private EncoderClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a connection.
   *
   * @param encoder host and port
   */
  public static EncoderClient open(String encoder) {
    return new EncoderClient(Channels.tier(encoder));
  }

  /** Has a span encoded and returns the seconds to the end. */
  public double encode(String text) {
    Stopwatch watch = new Stopwatch();
    EncoderServiceGrpc.newBlockingStub(channel)
        .encodeSpan(EncodeSpanRequest.newBuilder().setText(text).setTtl(TTL).build())
        .forEachRemaining(window -> {});
    return watch.seconds();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
