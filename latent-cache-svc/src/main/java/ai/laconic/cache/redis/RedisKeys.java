package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.cache.store.ContextKey;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;

/** The names of keys and fields; the package's page has the table. */
final class RedisKeys {
  static final String PREFIX = "laconic:v1:";
  static final byte[] MANIFEST = ascii("manifest");
  static final byte[] SUMMARY = ascii("summary");

  private RedisKeys() {}

  static byte[] block(LatentId id) {
    return ascii(PREFIX + "block:" + id.hex());
  }

  static byte[] context(ContextKey key) {
    return ascii(PREFIX + "context:{" + key + "}");
  }

  static byte[] texts(ContextKey key) {
    return ascii(PREFIX + "texts:{" + key + "}");
  }

  static byte[] staged(ContextKey key, String upload) {
    return ascii(PREFIX + "staged:{" + key + "}:" + upload);
  }

  static byte[] created(TenantId tenant) {
    return ascii(PREFIX + "created:{" + tenant + "}");
  }

  static byte[] expires(TenantId tenant) {
    return ascii(PREFIX + "expires:{" + tenant + "}");
  }

  static byte[] number(long value) {
    return ascii(Long.toString(value));
  }

  static byte[] ascii(String value) {
    return value.getBytes(US_ASCII);
  }
}
