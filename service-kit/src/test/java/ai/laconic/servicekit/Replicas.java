package ai.laconic.servicekit;

import io.grpc.BindableService;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.StatusOr;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Several servers on ports of this machine behind one gRPC target. */
public final class Replicas implements AutoCloseable {
  private static final String SCHEME = "replicas";

  static {
    NameResolverRegistry.getDefaultRegistry().register(new ListResolverProvider());
  }

  private final List<Replica> replicas = new ArrayList<>();

  /** One server. */
  public static final class Replica {
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    private Replica(int port, BindableService service) throws IOException {
      this.server =
          ServerBuilder.forPort(port)
              .addService(service)
              .addService(health.getHealthService())
              .build()
              .start();
    }

    public int port() {
      return server.getPort();
    }

    /** Says under {@code name} whether it serves. */
    public void serving(String name, boolean serving) {
      health.setStatus(name, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /** Ends it in the middle of whatever it does. */
    public void kill() {
      server.shutdownNow();
    }
  }

  /** Adds a server that is SERVING under the empty name. */
  public Replica add(BindableService service) {
    return add(0, service);
  }

  /** Adds one in the place of another that was killed. */
  public Replica add(int port, BindableService service) {
    try {
      Replica replica = new Replica(port, service);
      replica.serving("", true);
      replicas.add(replica);
      return replica;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the target of all servers added so far. */
  public String target() {
    return SCHEME
        + ":///"
        + replicas.stream()
            .map(replica -> Integer.toString(replica.port()))
            .distinct()
            .collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    replicas.forEach(Replica::kill);
  }

  private static final class ListResolverProvider extends NameResolverProvider {
    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      List<EquivalentAddressGroup> addresses =
          Arrays.stream(target.getPath().substring(1).split(","))
              .map(port -> new InetSocketAddress("127.0.0.1", Integer.parseInt(port)))
              .map(EquivalentAddressGroup::new)
              .toList();
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "localhost";
        }

        @Override
        public void start(Listener2 listener) {
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(addresses))
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }
  }
}
