package ai.laconic.cache.redis;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where Redis is, and what it may be called in messages: never with its credentials.
 *
 * @param nodes one, or some of a cluster; with Sentinel one that names the sentinels
 */
record RedisAddress(List<RedisURI> nodes, boolean cluster, String name) {
  private static final String CLIENT_NAME = "laconic-cache";

  // Lettuce takes whatever stands where a host belongs, such as the end of a password with an @.
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.%]+]?");

  RedisAddress {
    nodes = List.copyOf(nodes);
  }

  /**
   * @param cluster a cluster even if the URI names one node
   */
  static RedisAddress parse(String uri, boolean cluster, Duration timeout) {
    List<RedisURI> nodes;
    try {
      nodes = nodes(uri);
    } catch (RuntimeException e) {
      // Neither value nor cause: both hold the password.
      throw unreadable();
    }
    if (!nodes.stream().flatMap(node -> hosts(node).stream()).allMatch(RedisAddress::isHost)) {
      throw unreadable();
    }
    if (cluster && !nodes.get(0).getSentinels().isEmpty()) {
      throw new IllegalArgumentException(
          "laconic.cache.redis.cluster: true (expected: false, as the URI names sentinels)");
    }
    for (RedisURI node : nodes) {
      node.setTimeout(timeout);
      node.setClientName(CLIENT_NAME);
      resolveCredentials(node);
      node.getSentinels().forEach(sentinel -> sentinel.setTimeout(timeout));
    }
    return new RedisAddress(nodes, cluster || nodes.size() > 1, "Redis at " + place(nodes));
  }

  /**
   * Lettuce asks any other provider on another thread, and then may hand out a connection just
   * before commands can be sent on it.
   */
  private static void resolveCredentials(RedisURI uri) {
    RedisCredentials credentials = uri.getCredentialsProvider().resolveCredentials().block();
    if (credentials != null) {
      uri.setCredentialsProvider(new StaticCredentialsProvider(credentials));
    }
  }

  private static List<RedisURI> nodes(String uri) {
    RedisURI whole = RedisURI.create(uri);
    return whole.getSentinels().isEmpty() && whole.getSocket() == null
        ? RedisClusterURIUtil.toRedisURIs(URI.create(uri))
        : List.of(whole);
  }

  /** Returns what has a host of its own. */
  private static List<RedisURI> hosts(RedisURI uri) {
    return uri.getSentinels().isEmpty() ? List.of(uri) : uri.getSentinels();
  }

  private static boolean isHost(RedisURI uri) {
    return uri.getSocket() != null || HOST.matcher(uri.getHost()).matches();
  }

  private static IllegalArgumentException unreadable() {
    return new IllegalArgumentException(
        "laconic.cache.redis.uri: can't be read (expected:"
            + " redis[s]://[[user]:password@]host[:port][,host[:port]...][/database] or"
            + " redis[s]-sentinel://[[user]:password@]host[:port][,host[:port]...]#master)");
  }

  private static String place(List<RedisURI> nodes) {
    String hosts =
        nodes.stream()
            .flatMap(node -> hosts(node).stream())
            .map(
                host ->
                    host.getSocket() == null
                        ? bracketed(host.getHost()) + ":" + host.getPort()
                        : host.getSocket())
            .collect(Collectors.joining(","));
    RedisURI first = nodes.get(0);
    return first.getSentinels().isEmpty()
        ? hosts
        : hosts + " (master " + first.getSentinelMasterId() + ")";
  }

  /** Returns an address of IPv6 in brackets, so that its port can be told from it. */
  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  @Override
  public String toString() {
    return name;
  }
}
