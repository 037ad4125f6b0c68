package ai.laconic.cache.context;

import static java.util.stream.Collectors.toMap;

import ai.laconic.cache.seal.BrokenSealException;
import ai.laconic.cache.seal.MissingKeyException;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.StoredRecord;
import ai.laconic.cache.store.Transaction;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.storage.v1.CountRecord;
import ai.laconic.storage.v1.ErasingBlocksRecord;
import ai.laconic.storage.v1.ErasingRecord;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.storage.v1.ReservationRecord;
import ai.laconic.storage.v1.StagedRecord;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one partition in one transaction, with their types. */
final class Records {
  /** Records hold no text of anybody's but names and labels, and listings read many. */
  private static final Seal CHECKSUM = new Seal(List.of());

  private static final Logger log = LoggerFactory.getLogger(Records.class);

  /** More than a tenant has of one kind. */
  static final int ALL = 1 << 24;

  private static final byte[] NOTHING = {};

  private final Partition partition;
  private final Transaction transaction;

  Records(Partition partition, Transaction transaction) {
    this.partition = partition;
    this.transaction = transaction;
  }

  Optional<ContextRecord> context(ContextId id) throws InterruptedException {
    return get(RecordKeys.context(id), ContextRecord.parser());
  }

  /** Returns contexts by key, without those that are damaged. */
  Map<String, ContextRecord> readableContexts(Collection<ContextId> ids)
      throws InterruptedException {
    return readable(
        transaction.getAll(ids.stream().map(RecordKeys::context).toList()), ContextRecord.parser());
  }

  Optional<ExtentRecord> extent(String id) throws InterruptedException {
    return get(RecordKeys.extent(id), ExtentRecord.parser());
  }

  /** Returns extents in order; DATA_LOSS if one is gone. */
  List<ExtentRecord> extents(List<String> ids) throws InterruptedException {
    Map<String, ExtentRecord> found =
        getAll(ids.stream().map(RecordKeys::extent).toList(), ExtentRecord.parser());
    List<ExtentRecord> extents = new ArrayList<>(ids.size());
    for (String id : ids) {
      ExtentRecord extent = found.get(RecordKeys.extent(id));
      if (extent == null) {
        throw Problems.dataLoss(place(RecordKeys.extent(id)), "gone (expected: as its contexts)");
      }
      extents.add(extent);
    }
    return extents;
  }

  Optional<StagedRecord> staged(String extent) throws InterruptedException {
    return get(RecordKeys.staged(extent), StagedRecord.parser());
  }

  Optional<ErasingRecord> erasing(String extent) throws InterruptedException {
    return get(RecordKeys.erasing(extent), ErasingRecord.parser());
  }

  Optional<ErasingBlocksRecord> erasingBlocks(String key) throws InterruptedException {
    return get(key, ErasingBlocksRecord.parser());
  }

  Optional<ReservationRecord> reservation(ContextId id) throws InterruptedException {
    return get(RecordKeys.reserved(id), ReservationRecord.parser());
  }

  long usedBytes() throws InterruptedException {
    return get(RecordKeys.USAGE, CountRecord.parser()).map(CountRecord::getCount).orElse(0L);
  }

  void addUsedBytes(long bytes) throws InterruptedException {
    long used = Math.addExact(usedBytes(), bytes);
    if (used == 0) {
      remove(RecordKeys.USAGE);
    } else {
      put(RecordKeys.USAGE, CountRecord.newBuilder().setCount(used).build());
    }
  }

  /** Returns how many extents refer to each block. */
  Map<LatentId, Long> references(Collection<LatentId> ids) throws InterruptedException {
    Map<String, CountRecord> found =
        getAll(ids.stream().map(RecordKeys::references).toList(), CountRecord.parser());
    Map<LatentId, Long> counts = new HashMap<>();
    for (LatentId id : ids) {
      CountRecord count = found.get(RecordKeys.references(id));
      counts.put(id, count == null ? 0 : count.getCount());
    }
    return counts;
  }

  void setReferences(LatentId id, long count) {
    if (count == 0) {
      remove(RecordKeys.references(id));
    } else {
      put(RecordKeys.references(id), CountRecord.newBuilder().setCount(count).build());
    }
  }

  boolean has(String key) throws InterruptedException {
    return transaction.get(key).isPresent();
  }

  /** Returns whether any record's key begins so. */
  boolean hasAny(String prefix) throws InterruptedException {
    return !transaction.range(prefix, RecordKeys.behind(prefix), 1).isEmpty();
  }

  /** Returns keys from {@code from} to before {@code before}, in order or from the last down. */
  List<String> keys(String from, String before, int limit, boolean descending)
      throws InterruptedException {
    List<StoredRecord> records =
        descending
            ? transaction.rangeDown(from, before, limit)
            : transaction.range(from, before, limit);
    return records.stream().map(StoredRecord::key).toList();
  }

  /** Returns the records whose keys begin so, by key, without those that are damaged. */
  <M extends MessageLite> Map<String, M> all(String prefix, Parser<M> parser, int limit)
      throws InterruptedException {
    return readable(
        transaction.range(prefix, RecordKeys.behind(prefix), limit).stream()
            .collect(toMap(StoredRecord::key, StoredRecord::value)),
        parser);
  }

  /** One that is damaged must not keep the others from being listed, or swept. */
  private <M extends MessageLite> Map<String, M> readable(
      Map<String, byte[]> values, Parser<M> parser) {
    Map<String, M> records = new HashMap<>();
    values.forEach(
        (key, value) -> {
          try {
            records.put(key, parse(key, value, parser));
          } catch (StatusRuntimeException damaged) {
            log.warn("left out: {}", damaged.getMessage());
          }
        });
    return records;
  }

  /** Returns whether there is such a record, and not as it was written. */
  boolean isDamaged(String key) throws InterruptedException {
    return transaction
        .get(key)
        .filter(
            value -> {
              try {
                CHECKSUM.open(partition, place(key), value);
                return false;
              } catch (BrokenSealException | MissingKeyException damaged) {
                return true;
              }
            })
        .isPresent();
  }

  void put(String key, MessageLite message) {
    transaction.put(key, CHECKSUM.seal(partition, place(key), message.toByteArray()));
  }

  /** Puts a record whose key says all. */
  void mark(String key) {
    transaction.put(key, NOTHING);
  }

  void remove(String key) {
    transaction.remove(key);
  }

  private <M extends MessageLite> Optional<M> get(String key, Parser<M> parser)
      throws InterruptedException {
    Optional<byte[]> value = transaction.get(key);
    return value.isEmpty() ? Optional.empty() : Optional.of(parse(key, value.get(), parser));
  }

  private <M extends MessageLite> Map<String, M> getAll(List<String> keys, Parser<M> parser)
      throws InterruptedException {
    Map<String, M> found = new HashMap<>();
    transaction.getAll(keys).forEach((key, value) -> found.put(key, parse(key, value, parser)));
    return found;
  }

  private <M extends MessageLite> M parse(String key, byte[] sealed, Parser<M> parser) {
    try {
      return parser.parseFrom(CHECKSUM.open(partition, place(key), sealed));
    } catch (BrokenSealException | MissingKeyException e) {
      throw Problems.dataLoss(place(key), String.valueOf(e.getMessage()));
    } catch (InvalidProtocolBufferException e) {
      throw Problems.dataLoss(place(key), "not as it was written (expected: checksum is right)");
    }
  }

  private String place(String key) {
    return "record " + partition + " " + key;
  }
}
