package ai.laconic.it.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A client that speaks as much HTTP/2 as it is told to, and no more: every frame is written by
 * hand.
 */
final class RawClient {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int FRAME_HEADER = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int CANCEL = 8;
  private static final int LITERAL_NEVER_INDEXED = 0x10;

  private final Channel channel;

  private RawClient(Channel channel) {
    this.channel = channel;
  }

  /**
   * Connects, and says nothing.
   *
   * @param answering whether it acknowledges settings and pings once it is open
   */
  static RawClient connect(EventLoopGroup threads, InetSocketAddress server, boolean answering)
      throws InterruptedException {
    return new RawClient(
        new Bootstrap()
            .group(threads)
            .channel(NioSocketChannel.class)
            .handler(new Frames(answering))
            // Nothing may be acknowledged before the preface is sent.
            .option(ChannelOption.AUTO_READ, false)
            .connect(server)
            .sync()
            .channel());
  }

  /** Returns the port of this end of the connection. */
  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** Stops taking what the server sends, as a stopped process does. */
  void stopReading() {
    channel.config().setAutoRead(false);
  }

  EventLoop thread() {
    return channel.eventLoop();
  }

  void send(String text) {
    channel.writeAndFlush(
        Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), channel.voidPromise());
  }

  /**
   * Opens the connection as HTTP/2 has it.
   *
   * @param window bytes that the server may send on a stream
   */
  void open(int window) {
    send(PREFACE);
    ByteBuf settings = Unpooled.buffer().writeShort(INITIAL_WINDOW_SIZE).writeInt(window);
    frame(SETTINGS, 0, 0, settings);
    channel.config().setAutoRead(true);
  }

  /** Begins a call of a method such as {@code laconic.v1.PoolService/ListPools}. */
  void call(int stream, String method, Map<String, String> more) {
    ByteBuf block = Unpooled.buffer();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + method);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    more.forEach((name, value) -> header(block, name, value));
    frame(HEADERS, END_HEADERS, stream, block);
  }

  private static void header(ByteBuf block, String name, String value) {
    block.writeByte(LITERAL_NEVER_INDEXED);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteBuf block, String text) {
    // A length below 127 is one byte, and no Huffman code is used.
    block.writeByte(text.length());
    block.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  /** Sends the first {@code bytes} of a message. */
  void message(int stream, byte[] message, int bytes, boolean last) {
    ByteBuf framed =
        Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message).slice(0, bytes);
    frame(DATA, last ? END_STREAM : 0, stream, framed);
  }

  /** Sends a message. */
  void message(int stream, byte[] message, boolean last) {
    message(stream, message, message.length + 5, last);
  }

  void widen(int stream, int bytes) {
    frame(WINDOW_UPDATE, 0, stream, Unpooled.buffer().writeInt(bytes));
  }

  void reset(int stream) {
    frame(RST_STREAM, 0, stream, Unpooled.buffer().writeInt(CANCEL));
  }

  private void frame(int type, int flags, int stream, ByteBuf payload) {
    channel.writeAndFlush(framed(type, flags, stream, payload), channel.voidPromise());
  }

  private static ByteBuf framed(int type, int flags, int stream, ByteBuf payload) {
    ByteBuf header =
        Unpooled.buffer(FRAME_HEADER)
            .writeMedium(payload.readableBytes())
            .writeByte(type)
            .writeByte(flags)
            .writeInt(stream);
    return Unpooled.wrappedBuffer(header, payload);
  }

  /** Reads frames, and answers those that ask for it. */
  private static final class Frames extends ByteToMessageDecoder {
    private final boolean answering;

    Frames(boolean answering) {
      this.answering = answering;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      while (in.readableBytes() >= FRAME_HEADER) {
        int length = in.getUnsignedMedium(in.readerIndex());
        if (in.readableBytes() < FRAME_HEADER + length) {
          return;
        }
        int type = in.getUnsignedByte(in.readerIndex() + 3);
        int flags = in.getUnsignedByte(in.readerIndex() + 4);
        ByteBuf payload = in.readSlice(FRAME_HEADER + length).skipBytes(FRAME_HEADER);
        if (answering && (flags & ACK) == 0 && (type == PING || type == SETTINGS)) {
          ByteBuf same = type == PING ? payload.copy() : Unpooled.EMPTY_BUFFER;
          context.writeAndFlush(framed(type, ACK, 0, same), context.voidPromise());
        }
      }
    }

    /** The server may have gone in the middle of a frame. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.channel().unsafe().closeForcibly();
    }
  }
}
