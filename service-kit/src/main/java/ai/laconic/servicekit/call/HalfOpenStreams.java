package ai.laconic.servicekit.call;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Resets a stream once it has its answer, though its client could still send. gRPC's server leaves
 * it open, for as long as the client likes, and a connection with an open stream is never idle: a
 * client without a key could fill the memory with them. The reset is the one that HTTP/2 has for it
 * (RFC 9113, section 8.1): NO_ERROR, behind the whole answer.
 */
public final class HalfOpenStreams implements AutoCloseable {
  private final EventLoopGroup listening = threads(1, "grpc-listen");

  /** As many as Netty finds right for this machine. */
  private final EventLoopGroup serving = threads(0, "grpc-serve");

  private static EventLoopGroup threads(int count, String name) {
    return new MultiThreadIoEventLoopGroup(
        count, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Has a server watch its connections. */
  public void watch(NettyServerBuilder server) {
    server
        .bossEventLoopGroup(listening)
        .workerEventLoopGroup(serving)
        .channelFactory(HalfOpenStreams::listener);
  }

  private static ServerChannel listener() {
    ServerChannel listener = new NioServerSocketChannel();
    listener.pipeline().addLast(new Accepting());
    return listener;
  }

  /** Sees what is accepted before gRPC does. */
  private static final class Accepting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      ((Channel) accepted).pipeline().addLast(new Connecting());
      context.fireChannelRead(accepted);
    }
  }

  /** Waits until the connection has agreed on HTTP/2. */
  private static final class Connecting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
      if (http2 != null) {
        http2.connection().addListener(new Resetting(http2, context.pipeline().context(http2)));
        context.pipeline().remove((ChannelHandler) this);
      }
      context.fireChannelRead(bytes);
    }
  }

  private static final class Resetting extends Http2ConnectionAdapter {
    private final Http2ConnectionHandler http2;
    private final ChannelHandlerContext context;

    Resetting(Http2ConnectionHandler http2, ChannelHandlerContext context) {
      this.http2 = http2;
      this.context = context;
    }

    @Override
    public void onStreamHalfClosed(Http2Stream stream) {
      if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
        // Once the frame that ends the answer is written.
        context.executor().execute(() -> reset(stream));
      }
    }

    private void reset(Http2Stream stream) {
      if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
        var unused =
            http2.resetStream(
                context, stream.id(), Http2Error.NO_ERROR.code(), context.newPromise());
        context.flush();
      }
    }
  }

  /** Ends the threads; the server has ended before, and the last of its calls may yet say so. */
  @Override
  public void close() {
    var none = listening.shutdownGracefully();
    var neither = serving.shutdownGracefully();
  }
}
