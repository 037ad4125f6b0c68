package ai.laconic.cache.context;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;

/** The names of records; the package's page has the table. */
final class RecordKeys {
  static final String USAGE = "usage";
  static final String EXPIRES = "expires/";
  static final String CREATED = "created/";
  static final String NAMED = "name/";
  static final String USERS = "user/";
  static final String RESERVED = "reserved/";
  static final String STAGED = "staged/";
  static final String ERASING = "erasing/";
  static final String ERASING_BLOCKS = "erasing-blocks/";

  private RecordKeys() {}

  static String context(ContextId id) {
    return "context/" + id;
  }

  static String extent(String extent) {
    return "extent/" + extent;
  }

  /** Records of all that use an extent begin so. */
  static String users(String extent) {
    return USERS + extent + "/";
  }

  static String created(Instant created, ContextId id) {
    return CREATED + ListPosition.of(created, id);
  }

  /** Records of all contexts of this name begin so. */
  static String named(String name) {
    return NAMED
        + Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(UTF_8))
        + "/";
  }

  static String named(String name, Instant created, ContextId id) {
    return named(name) + ListPosition.of(created, id);
  }

  static String expires(Instant expires, ContextId id) {
    return EXPIRES + millis(expires) + "/" + id;
  }

  static String reserved(ContextId id) {
    return RESERVED + id;
  }

  static String staged(String extent) {
    return STAGED + extent;
  }

  static String erasing(String extent) {
    return ERASING + extent;
  }

  static String references(LatentId id) {
    return "block/" + id;
  }

  static String counted(TenantId tenant, String extent) {
    return "counted/" + tenant + "/" + extent;
  }

  static String erasingBlocks(TenantId tenant, String extent) {
    return ERASING_BLOCKS + tenant + "/" + extent;
  }

  /** Returns milliseconds as text that sorts as they do. */
  static String millis(Instant time) {
    return String.format(Locale.ROOT, "%015d", Math.max(0, time.toEpochMilli()));
  }

  /** Returns the key behind all that begin with {@code prefix}, which ends with a slash. */
  static String behind(String prefix) {
    return prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1);
  }
}
