package ai.laconic.cache.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where Redis is, and what it may be called in messages: never with its credentials. */
record RedisAddress(RedisURI uri, String name) {
  // Lettuce takes whatever stands where a host belongs, such as the end of a password with an @.
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.%]+]?");

  static RedisAddress parse(String uri, Duration timeout) {
    RedisURI parsed;
    try {
      parsed = RedisURI.create(uri);
    } catch (RuntimeException e) {
      // Neither value nor cause: both hold the password.
      throw unreadable();
    }
    boolean plain =
        parsed.getSentinels().isEmpty()
            ? isHost(parsed)
            : parsed.getSentinels().stream().allMatch(RedisAddress::isHost);
    if (!plain) {
      throw unreadable();
    }
    parsed.setTimeout(timeout);
    parsed.setClientName("laconic-cache");
    return new RedisAddress(parsed, "Redis at " + place(parsed));
  }

  private static boolean isHost(RedisURI uri) {
    return uri.getSocket() != null || HOST.matcher(uri.getHost()).matches();
  }

  private static IllegalArgumentException unreadable() {
    return new IllegalArgumentException(
        "laconic.cache.redis.uri: can't be read"
            + " (expected: redis://[[user]:password@]host[:port][/database])");
  }

  private static String place(RedisURI uri) {
    if (!uri.getSentinels().isEmpty()) {
      return uri.getSentinels().stream()
              .map(sentinel -> sentinel.getHost() + ":" + sentinel.getPort())
              .collect(Collectors.joining(","))
          + " (master "
          + uri.getSentinelMasterId()
          + ")";
    }
    return uri.getSocket() == null ? uri.getHost() + ":" + uri.getPort() : uri.getSocket();
  }

  @Override
  public String toString() {
    return name;
  }
}
