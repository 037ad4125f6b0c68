package ai.laconic.servicekit.peer;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** Opens channels to peers and closes them with the service. */
public final class Peers implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 20 << 20;
  private static final int CLOSE_SECONDS = 5;

  /** Between pings to a peer that is to answer and doesn't. */
  private static final int KEEP_ALIVE_SECONDS = 30;

  private final GrpcChannelFactory channels;
  private final List<ManagedChannel> opened = new CopyOnWriteArrayList<>();

  public Peers(GrpcChannelFactory channels) {
    this.channels = channels;
  }

  /** Opens a channel that spreads its calls over all addresses of the target. */
  public Peer open(String name, PeerProperties properties) {
    return open(name, properties, MAX_MESSAGE_BYTES);
  }

  /**
   * Opens a channel to a peer whose answers may be larger than those of other peers.
   *
   * @param maxMessageBytes most bytes of one answer
   */
  public Peer open(String name, PeerProperties properties, int maxMessageBytes) {
    return new Peer(name, connect(properties.target(), maxMessageBytes), properties);
  }

  /** Opens a channel without a guard, for whoever has to see the connection itself. */
  public ManagedChannel connect(String target) {
    return connect(target, MAX_MESSAGE_BYTES);
  }

  private ManagedChannel connect(String target, int maxMessageBytes) {
    ManagedChannel channel = channels.createChannel(target, options(maxMessageBytes));
    opened.add(channel);
    return channel;
  }

  private static <B extends ManagedChannelBuilder<B>> ChannelBuilderOptions options(
      int maxMessageBytes) {
    return ChannelBuilderOptions.defaults()
        .<B>withCustomizer(
            (target, builder) ->
                builder
                    .defaultLoadBalancingPolicy("round_robin")
                    .maxInboundMessageSize(maxMessageBytes)
                    .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS));
  }

  @Override
  public void close() throws InterruptedException {
    opened.forEach(ManagedChannel::shutdown);
    for (ManagedChannel channel : opened) {
      if (!channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    }
  }
}
