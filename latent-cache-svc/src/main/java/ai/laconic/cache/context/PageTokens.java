package ai.laconic.cache.context;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ListContextsRequest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A place in a tenant's list as an opaque string. The checksum, over tenant, filter and order too,
 * tells a token of ours from a mistyped one or one of another list; it protects nothing, as the
 * place alone shows nothing of another tenant.
 */
final class PageTokens {
  private static final byte VERSION = 1;
  private static final String ID_PREFIX = "ctx_";
  private static final int ID_BYTES = 16;
  private static final int BYTES = 1 + Long.BYTES + ID_BYTES + Integer.BYTES;

  private PageTokens() {}

  static String write(TenantId tenant, ListContextsRequest request, ListPosition position) {
    ByteBuffer token = ByteBuffer.allocate(BYTES);
    token.put(VERSION).putLong(position.createdMillis());
    token.put(HexFormat.of().parseHex(position.id().value().substring(ID_PREFIX.length())));
    token.putInt(checksum(tenant, request, token));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
  }

  /** Returns where a page begins; empty for an empty token, INVALID_ARGUMENT for a wrong one. */
  static Optional<ListPosition> read(TenantId tenant, ListContextsRequest request) {
    String token = request.getPageToken();
    if (token.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw wrong(token);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES
        || in.get(0) != VERSION
        || in.getInt(BYTES - Integer.BYTES)
            != checksum(tenant, request, in.duplicate().position(BYTES - Integer.BYTES))) {
      throw wrong(token);
    }
    long created = in.position(1).getLong();
    byte[] id = new byte[ID_BYTES];
    in.get(id);
    return Optional.of(
        new ListPosition(created, new ContextId(ID_PREFIX + HexFormat.of().formatHex(id))));
  }

  /** Returns the checksum of what stands before the buffer's position. */
  private static int checksum(TenantId tenant, ListContextsRequest request, ByteBuffer written) {
    CRC32C crc = new CRC32C();
    crc.update(tenant.value().getBytes(US_ASCII));
    crc.update(request.getOrderValue());
    ContextFilter filter = request.getFilter();
    crc.update(filter.toBuilder().clearLabels().build().toByteArray());
    // In the order of their keys, whatever order they came in.
    crc.update(new TreeMap<>(filter.getLabelsMap()).toString().getBytes(UTF_8));
    crc.update(written.duplicate().flip());
    return (int) crc.getValue();
  }

  private static RuntimeException wrong(String token) {
    return Problems.invalid("page_token", token, "next_page_token of the page before, or nothing");
  }
}
