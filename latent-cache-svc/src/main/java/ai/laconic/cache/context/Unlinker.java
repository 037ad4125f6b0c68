package ai.laconic.cache.context;

import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.storage.v1.ExtentRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes contexts out of the records, whole ones and damaged ones. */
final class Unlinker {
  private static final Logger log = LoggerFactory.getLogger(Unlinker.class);

  private final Eraser eraser;

  Unlinker(Eraser eraser) {
    this.eraser = eraser;
  }

  /** Takes a context out. Returns the extents that nothing uses any more, to be erased. */
  List<String> unlink(Records records, ContextRecord record) throws InterruptedException {
    ContextId id = new ContextId(record.getContext().getId());
    records.remove(RecordKeys.context(id));
    Indexes.remove(records, record.getContext());
    return abandonUnused(
        records, record.getExtentIds(record.getExtentIdsCount() - 1), id.toString());
  }

  /**
   * As {@link #unlink}, for a context whose record can't be read: what belongs to it is looked for.
   * Its blocks stay until they expire where an extent can't be read either, and so does its part of
   * the quota.
   */
  List<String> unlinkDamaged(Records records, ContextId id) throws InterruptedException {
    log.warn("context {} is damaged: what is found of it is erased", id);
    records.remove(RecordKeys.context(id));
    Indexes.removeAll(records, id);
    Optional<String> extent = usedBy(records, id.toString());
    return extent.isPresent() ? abandonUnused(records, extent.get(), id.toString()) : List.of();
  }

  private List<String> abandonUnused(Records records, String last, String lastUser)
      throws InterruptedException {
    List<String> abandoned = new ArrayList<>();
    String extent = last;
    String user = lastUser;
    while (!extent.isEmpty()) {
      records.remove(RecordKeys.users(extent) + user);
      if (records.hasAny(RecordKeys.users(extent))) {
        break;
      }
      String parent = abandon(records, extent);
      abandoned.add(extent);
      user = extent;
      extent = parent;
    }
    return abandoned;
  }

  /** Returns the extent before it, or nothing if it was the first. */
  private String abandon(Records records, String extent) throws InterruptedException {
    ExtentRecord unused = ExtentRecord.getDefaultInstance();
    String parent;
    if (records.isDamaged(RecordKeys.extent(extent))) {
      log.warn(
          "extent {} is damaged: its text is erased, its blocks stay until they expire", extent);
      parent = usedBy(records, extent).orElse("");
    } else {
      unused = records.extent(extent).orElse(unused);
      parent = unused.getParentId();
    }
    records.remove(RecordKeys.extent(extent));
    records.addUsedBytes(-unused.getChargedBytes());
    eraser.abandon(records, extent, unused);
    return parent;
  }

  /** Returns the extent that a context, or an extent, says it uses. */
  private static Optional<String> usedBy(Records records, String user) throws InterruptedException {
    return records
        .keys(RecordKeys.USERS, RecordKeys.behind(RecordKeys.USERS), Records.ALL, false)
        .stream()
        .filter(key -> key.endsWith("/" + user))
        .map(key -> key.substring(RecordKeys.USERS.length(), key.length() - user.length() - 1))
        .findFirst();
  }
}
