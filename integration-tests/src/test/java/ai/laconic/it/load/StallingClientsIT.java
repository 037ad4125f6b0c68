package ai.laconic.it.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.runtime.Golden;
import ai.laconic.servicekit.call.StreamingCalls;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A thousand clients that stall, each in one of the ways of {@link Stalling}, and stay: the server
 * lets go of all that it holds for them, and another tenant is answered meanwhile. The limits are
 * shorter than an operator's, and long enough for clients that are merely on a busy machine.
 */
class StallingClientsIT {
  private static final int CLIENTS = 1000;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String POLITE = "polite";
  private static final String STALLING = "stalling";

  /** What a server has for each call and for each connection. */
  private static final List<String> HELD =
      List.of(
          "ai.laconic.servicekit.admission.Admission$HeldPermit",
          "ai.laconic.servicekit.admission.Admission$Waiter",
          "ai.laconic.servicekit.call.RequestReader",
          "ai.laconic.servicekit.call.ResponseWriter",
          "io.grpc.netty.NettyServerStream",
          "io.grpc.netty.NettyServerHandler");

  private final MultiThreadIoEventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private TenantSystem system;

  @BeforeEach
  void start() throws Exception {
    system =
        TenantSystem.start(
            Golden.checkpoint(),
            Map.of(
                "laconic.service.min-data-rate.grace", "8s",
                "laconic.service.min-data-rate.bytes-per-second", "1MB",
                "spring.grpc.server.keepalive.time", "2s",
                "spring.grpc.server.keepalive.timeout", "10s",
                "spring.grpc.server.keepalive.connection.max-idle-time", "3s"),
            List.of(POLITE, STALLING));
  }

  @AfterEach
  void stop() {
    threads.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    system.close();
  }

  @Test
  void thousandClientsThatStallLeaveNothingBehind() throws Exception {
    // Opens what the tiers have among themselves.
    closing(channel -> ask(channel, new Random(1)));
    Map<String, Long> before = LiveObjects.count(HELD);

    closing(
        channel -> {
          Random random = new Random(2);
          Map<Stalling, List<RawClient>> clients = stall();
          ask(channel, random);
          await()
              .atMost(LIMIT)
              .untilAsserted(
                  () -> {
                    ask(channel, random);
                    assertThat(connected(clients)).isEmpty();
                  });
        });

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(LiveObjects.count(HELD))
                    .allSatisfy(
                        (name, count) ->
                            assertThat(count).as(name).isLessThanOrEqualTo(before.get(name))));
    assertThat(callsWithAThread()).isEmpty();
    assertThat(connectedPorts()).isEmpty();
  }

  private interface Work {
    void with(Channel channel) throws Exception;
  }

  private void closing(Work work) throws Exception {
    ManagedChannel channel = system.gateway(POLITE);
    try {
      work.with(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private void ask(Channel channel, Random random) {
    OneCall.ask(channel, "Question " + random.nextInt());
    OneCall.upload(channel, 4, Uploading.text(random, 1000));
  }

  private Map<Stalling, List<RawClient>> stall() throws Exception {
    String[] address = system.gateway().split(":", 2);
    InetSocketAddress server = new InetSocketAddress(address[0], Integer.parseInt(address[1]));
    Map<String, String> key = Map.of("authorization", "Bearer " + STALLING);
    Map<Stalling, List<RawClient>> clients = new EnumMap<>(Stalling.class);
    Stalling[] ways = Stalling.values();
    for (int i = 0; i < CLIENTS; i++) {
      Stalling way = ways[i % ways.length];
      RawClient client = RawClient.connect(threads, server, way.polite());
      client.thread().execute(() -> way.begin(client, key));
      var unused =
          client
              .thread()
              .scheduleAtFixedRate(() -> way.tick(client), 200, 200, TimeUnit.MILLISECONDS);
      clients.computeIfAbsent(way, none -> new ArrayList<>()).add(client);
    }
    return clients;
  }

  /** Returns the ways whose connections the server still has, and how many of each. */
  private Map<Stalling, Long> connected(Map<Stalling, List<RawClient>> clients) throws IOException {
    Set<Integer> ports = connectedPorts();
    Map<Stalling, Long> connected = new EnumMap<>(Stalling.class);
    clients.forEach(
        (way, all) -> {
          long left = all.stream().filter(client -> ports.contains(client.port())).count();
          if (left > 0) {
            connected.put(way, left);
          }
        });
    return connected;
  }

  /** Threads that carry out a call; those of the pools that wait for one are none. */
  private static List<String> callsWithAThread() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            thread ->
                Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getClassName().equals(StreamingCalls.class.getName())))
        .map(thread -> thread.getKey().getName())
        .toList();
  }

  /** Returns the ports of the gateway's clients, as the kernel has them. */
  private Set<Integer> connectedPorts() throws IOException {
    String port = system.gateway().substring(system.gateway().indexOf(':') + 1);
    // "number: local remote state", addresses and ports in hexadecimal, 01 an established one.
    String local = String.format(":%04X", Integer.parseInt(port));
    Set<Integer> ports = new TreeSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      Files.readAllLines(Path.of(table)).stream()
          .map(line -> line.strip().split("\\s+", -1))
          .filter(columns -> columns[1].endsWith(local) && columns[3].equals("01"))
          .map(columns -> columns[2].substring(columns[2].indexOf(':') + 1))
          .forEach(remote -> ports.add(Integer.parseInt(remote, 16)));
    }
    return ports;
  }
}
