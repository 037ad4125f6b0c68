package ai.laconic.cache.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Stands between a client and a server: can leave connections half-open, and garble answers. */
final class StallingProxy implements AutoCloseable {
  private record Bridge(Socket client, Socket server, AtomicBoolean stalled) {}

  private final int target;
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService pumps = Executors.newCachedThreadPool();
  private final List<Bridge> bridges = new CopyOnWriteArrayList<>();
  private volatile boolean stallNew;
  private volatile @Nullable Random garbling;

  /**
   * @param target port of the server
   */
  StallingProxy(int target) throws IOException {
    this.target = target;
    pumps.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lets nothing more pass on the connections that are open; new ones work. */
  void stallOpen() {
    bridges.forEach(bridge -> bridge.stalled().set(true));
  }

  /** Accepts connections and then says nothing. */
  void stallNew(boolean stall) {
    stallNew = stall;
  }

  /** Flips a bit of every answer, until told otherwise. */
  void garble(@Nullable Random random) {
    garbling = random;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        Bridge bridge = new Bridge(client, server, new AtomicBoolean(stallNew));
        bridges.add(bridge);
        pumps.execute(() -> pump(bridge, client, server));
        pumps.execute(() -> pump(bridge, server, client));
      } catch (IOException e) {
        // Closed, or the server is down: the client sees nothing but silence.
      }
    }
  }

  private void pump(Bridge bridge, Socket from, Socket to) {
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Random random = garbling;
        if (random != null && from == bridge.server()) {
          buffer[random.nextInt(n)] ^= (byte) (1 << random.nextInt(8));
        }
        if (!bridge.stalled().get()) {
          out.write(buffer, 0, n);
          out.flush();
        }
      }
    } catch (IOException e) {
      // One side is gone; closing the streams tells the other.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Bridge bridge : bridges) {
      bridge.client().close();
      bridge.server().close();
    }
    pumps.shutdownNow();
  }
}
