package ai.laconic.gateway.auth;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.tenant.TenantResolver;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Finds the tenant by the key in {@code authorization: Bearer <key>}. Without configured keys every
 * caller is the default tenant. What a client says about its tenant in any other header is ignored.
 */
public final class ApiKeys implements TenantResolver {
  private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "Bearer ";

  private final List<Entry> entries;

  /**
   * @param reachable whether callers on other machines reach this gateway: then it is worth a
   *     warning that nobody is asked
   */
  public ApiKeys(List<ApiKeyProperties> keys, boolean reachable) {
    Set<String> digests = new HashSet<>();
    for (ApiKeyProperties key : keys) {
      if (!digests.add(key.sha256().toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "api-keys: the same key twice, the second for "
                + key.tenant()
                + " (expected: a key belongs to one tenant)");
      }
    }
    this.entries =
        keys.stream()
            .map(
                key -> new Entry(HexFormat.of().parseHex(key.sha256()), new TenantId(key.tenant())))
            .toList();
    if (entries.isEmpty()) {
      log.atLevel(reachable ? Level.WARN : Level.INFO)
          .log(
              "no API keys are configured: every caller is tenant {} and sees all of its contexts",
              TenantId.DEFAULT);
    } else {
      log.info("{} API keys are configured", entries.size());
    }
  }

  @Override
  public TenantId resolve(Metadata headers) {
    if (entries.isEmpty()) {
      return TenantId.DEFAULT;
    }
    String value = headers.get(AUTHORIZATION);
    if (value == null || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw Problems.unauthenticated("header authorization: Bearer and an API key");
    }
    TenantId tenant = find(sha256(value.substring(SCHEME.length()).strip()));
    if (tenant == null) {
      throw Problems.unauthenticated("an API key that is known here");
    }
    return tenant;
  }

  /** Compares with every key in constant time, so that the time taken tells nothing of them. */
  private @Nullable TenantId find(byte[] digest) {
    TenantId found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.digest, digest)) {
        found = entry.tenant;
      }
    }
    return found;
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static final class Entry {
    final byte[] digest;
    final TenantId tenant;

    Entry(byte[] digest, TenantId tenant) {
      this.digest = digest;
      this.tenant = tenant;
    }
  }
}
