package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ai.laconic.cli.Main;
import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.Context;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.PoolServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code laconic up} as a process of its own, with the keys of two tenants. */
class UpIT {
  private static final Pattern GATEWAY = Pattern.compile("gateway +(127\\.0\\.0\\.1:\\d+)");
  private static final Pattern LOGGED =
      Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} [A-Z]+ +\\[([a-z0-9 -]+)] .*");

  private static Process process;
  private static Path log;
  private static String gateway = "";
  private static String ready = "";
  private static List<String> startLog = List.of();

  @TempDir static Path folder;

  @BeforeAll
  static void start() throws Exception {
    log = folder.resolve("up.log");
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogging.level.root=info",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--data",
                folder.resolve("data").toString(),
                "--model",
                Golden.checkpoint().toString(),
                "--port",
                "0",
                "--max-positions",
                "512",
                "--set",
                "laconic.cache.blocks.max-size=100MB",
                "--api-key",
                "alice=wonderland",
                "--api-key",
                "bob=builder")
            .redirectError(log.toFile())
            .start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith("ready")) {
      Matcher address = GATEWAY.matcher(line);
      if (address.matches()) {
        gateway = address.group(1);
      }
      line = output.readLine();
    }
    assertThat(line).as(() -> "log: " + logged()).isNotNull();
    ready = line;
    startLog = logged();
  }

  @AfterAll
  static void stop() throws Exception {
    process.destroy();
    process.waitFor();
  }

  private static List<String> logged() {
    try {
      return Files.readAllLines(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void servesTwoTenantsApart() throws Exception {
    try (Connection alice = Connection.open(gateway, Optional.of("wonderland"));
        Connection bob = Connection.open(gateway, Optional.of("builder"));
        Connection nobody = Connection.open(gateway, Optional.empty())) {
      Context made = new Gateway(alice).compress("Curiouser and curiouser.");
      ListContextsRequest all = ListContextsRequest.getDefaultInstance();

      assertThat(alice.contexts().listContexts(all).getContextsList())
          .extracting(Context::getId)
          .containsExactly(made.getId());
      assertThat(bob.contexts().listContexts(all).getContextsList()).isEmpty();
      assertThatThrownBy(() -> nobody.contexts().listContexts(all))
          .hasMessageContaining("UNAUTHENTICATED");
    }
  }

  @Test
  void aStartThatGoesWellWarnsOfNothing() {
    assertThat(startLog).isNotEmpty().noneMatch(line -> line.contains(" WARN "));
  }

  @Test
  void saysACommandThatReachesIt() {
    String port = gateway.substring(gateway.indexOf(':'));
    assertThat(ready)
        .contains("laconic compress FILE --ratio 4 --server localhost" + port + " --api-key KEY ");
  }

  @Test
  void aSecondOneIsToldToTakeAnotherDirectory() throws Exception {
    Path data = folder.toRealPath().resolve("data");
    Process second =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--data",
                data.toString(),
                "--model",
                Golden.checkpoint().toString(),
                "--port",
                "0")
            .redirectErrorStream(true)
            .start();

    assertThat(second.inputReader().lines())
        .last(STRING)
        .endsWith(
            "--data: data directory "
                + data
                + ": in use by another process (expected: one directory for each cache that runs)");
    assertThat(second.waitFor()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void everyLineOfTheLogNamesItsTier() {
    Awaitility.await().until(() -> serving().size() == 4);
    assertThat(logged()).isNotEmpty().allMatch(line -> LOGGED.matcher(line).matches());
    assertThat(logged().stream().map(UpIT::tier).distinct())
        .contains("latent-cache-svc", "encoder-svc tiny-4x", "decoder-svc tiny-4x", "gateway");
    assertThat(serving()).map(UpIT::tier).doesNotHaveDuplicates();
    assertThat(logged()).noneMatch(line -> line.contains("wonderland") || line.contains("builder"));
  }

  private static List<String> serving() {
    return logged().stream().filter(line -> line.contains("Readiness: SERVING")).toList();
  }

  private static String tier(String line) {
    Matcher matcher = LOGGED.matcher(line);
    return matcher.matches() ? matcher.group(1) : line;
  }

  @Test
  void refusesBytesThatAreNoMessageWithoutAStackTrace() {
    Metadata key = new Metadata();
    key.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer wonderland");
    ManagedChannel channel =
        NettyChannelBuilder.forTarget("dns:///" + gateway)
            .usePlaintext()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(key))
            .build();
    try {
      MethodDescriptor<byte[], byte[]> method =
          PoolServiceGrpc.getListPoolsMethod().toBuilder(new Bytes(), new Bytes()).build();
      assertThatThrownBy(
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel, method, CallOptions.DEFAULT, new byte[] {10, 100, 1}))
          .hasMessageStartingWith("INVALID_ARGUMENT: request: While parsing a protocol message");
    } finally {
      channel.shutdownNow();
    }
    assertThat(logged()).noneMatch(line -> line.startsWith("\tat "));
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
