package ai.laconic.cli.bench;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Addresses behind one gRPC target of this process, which are known only after whoever calls them
 * has started: what DNS is in a cluster.
 */
final class Replicas extends NameResolverProvider implements AutoCloseable {
  private static final int PRIORITY = 5;

  private final String scheme;
  private final List<Resolver> resolvers = new ArrayList<>();
  private List<EquivalentAddressGroup> addresses = List.of();

  private Replicas(String scheme) {
    this.scheme = scheme;
  }

  /**
   * Makes a target without addresses.
   *
   * @param scheme of the target, of which there is one in this process
   */
  static Replicas register(String scheme) {
    Replicas replicas = new Replicas(scheme);
    NameResolverRegistry.getDefaultRegistry().register(replicas);
    return replicas;
  }

  String target() {
    return scheme + ":///replicas";
  }

  /** Says where they are: host and port of each. */
  synchronized void set(List<String> hostsAndPorts) {
    addresses =
        hostsAndPorts.stream()
            .map(
                address -> {
                  int colon = address.lastIndexOf(':');
                  int port = Integer.parseInt(address.substring(colon + 1));
                  return new EquivalentAddressGroup(
                      new InetSocketAddress(address.substring(0, colon), port));
                })
            .toList();
    resolvers.forEach(Resolver::tell);
  }

  @Override
  public synchronized @Nullable NameResolver newNameResolver(
      URI target, NameResolver.Args arguments) {
    if (!scheme.equals(target.getScheme())) {
      return null;
    }
    Resolver resolver = new Resolver();
    resolvers.add(resolver);
    return resolver;
  }

  @Override
  public String getDefaultScheme() {
    return scheme;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  public void close() {
    NameResolverRegistry.getDefaultRegistry().deregister(this);
  }

  private final class Resolver extends NameResolver {
    private @Nullable Listener2 listener;

    @Override
    public String getServiceAuthority() {
      return "localhost";
    }

    @Override
    public void start(Listener2 told) {
      synchronized (Replicas.this) {
        listener = told;
        tell();
      }
    }

    @Override
    public void refresh() {
      synchronized (Replicas.this) {
        tell();
      }
    }

    private void tell() {
      if (listener != null) {
        listener.onResult(
            ResolutionResult.newBuilder()
                .setAddressesOrError(
                    addresses.isEmpty()
                        ? StatusOr.fromStatus(
                            Status.UNAVAILABLE.withDescription("replicas: not started yet"))
                        : StatusOr.fromValue(addresses))
                .build());
      }
    }

    @Override
    public void shutdown() {
      synchronized (Replicas.this) {
        listener = null;
        resolvers.remove(this);
      }
    }
  }
}
