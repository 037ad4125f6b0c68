package ai.laconic.cache.context;

import ai.laconic.storage.v1.ReservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Bytes of a quota that contexts on their way may take. */
final class Reservations {
  /** How long one holds unless it is renewed. */
  static final Duration HOLD_FOR = Duration.ofMinutes(15);

  private static final int MOST = 10_000;

  private Reservations() {}

  /** Returns what is reserved for other contexts than this one. */
  static long ofOthers(Records records, ContextId id, Instant now) throws InterruptedException {
    long bytes = 0;
    for (Map.Entry<String, ReservationRecord> one :
        records.all(RecordKeys.RESERVED, ReservationRecord.parser(), MOST).entrySet()) {
      if (!one.getKey().equals(RecordKeys.reserved(id))
          && one.getValue().getUntilMillis() > now.toEpochMilli()) {
        bytes = saturatedSum(bytes, one.getValue().getBytes());
      }
    }
    return bytes;
  }

  /** Whoever has no quota may reserve as much as a number holds, again and again. */
  static long saturatedSum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }

  /** Reserves for a context, in place of what was reserved for it before; nothing for 0. */
  static void put(Records records, ContextId id, long bytes, Instant now) {
    if (bytes == 0) {
      records.remove(RecordKeys.reserved(id));
    } else {
      records.put(
          RecordKeys.reserved(id),
          ReservationRecord.newBuilder()
              .setBytes(bytes)
              .setUntilMillis(now.plus(HOLD_FOR).toEpochMilli())
              .build());
    }
  }
}
