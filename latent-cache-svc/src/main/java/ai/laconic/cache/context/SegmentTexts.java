package ai.laconic.cache.context;

import ai.laconic.cache.seal.BrokenSealException;
import ai.laconic.cache.seal.MissingKeyException;
import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The source text of one context, wherever its extents have it. */
final class SegmentTexts {
  private static final Logger log = LoggerFactory.getLogger(SegmentTexts.class);

  private static final String REMEDY =
      "expected: as it was stored; compress the text again and delete this context";

  private final Stores stores;
  private final TenantId tenant;
  private final ContextId id;
  private final ContextRecord record;
  private final List<ExtentRecord> extents;

  SegmentTexts(
      Stores stores,
      TenantId tenant,
      ContextId id,
      ContextRecord record,
      List<ExtentRecord> extents) {
    this.stores = stores;
    this.tenant = tenant;
    this.id = id;
    this.record = record;
    this.extents = extents;
  }

  /** Where a segment's text lies. */
  private record Place(int extent, int number) {}

  /** Sends texts in the order asked for. */
  void send(List<Integer> segments, Sink<SegmentText> sink) throws InterruptedException {
    if (!record.getContext().getSourceKept()) {
      throw Problems.precondition("context", id, "one whose source was kept");
    }
    List<Place> places = new ArrayList<>(segments.size());
    for (int segment : segments) {
      places.add(place(segment));
    }
    int from = 0;
    while (from < places.size()) {
      int to = from + 1;
      while (to < places.size() && places.get(to).extent() == places.get(from).extent()) {
        to++;
      }
      sendFrom(
          places.get(from).extent(), segments.subList(from, to), places.subList(from, to), sink);
      from = to;
    }
  }

  private Place place(int segment) {
    int number = segment;
    for (int extent = 0; extent < extents.size(); extent++) {
      int count = extents.get(extent).getSegmentsCount();
      if (number >= 0 && number < count) {
        return new Place(extent, number);
      }
      number -= count;
    }
    throw Problems.outOfRange(
        "segment",
        Integer.toUnsignedString(segment),
        "0 to " + (record.getContext().getSegmentCount() - 1) + " in " + id);
  }

  private void sendFrom(
      int extent, List<Integer> segments, List<Place> places, Sink<SegmentText> sink)
      throws InterruptedException {
    String name = record.getExtentIds(extent);
    int[] next = {0};
    stores
        .contexts()
        .readTexts(
            Partition.of(tenant),
            name,
            places.stream().map(Place::number).toList(),
            (number, stored) -> {
              int segment = segments.get(next[0]++);
              String what = "text of segment " + segment + " of " + id;
              if (stored == null) {
                throw Problems.dataLoss(what, "gone (" + REMEDY + ")");
              }
              ByteString text = open(what, name, number, stored);
              if (text.size() != extents.get(extent).getSegments(number).getTextBytes()
                  || !text.isValidUtf8()) {
                throw damaged(what);
              }
              sink.write(SegmentText.newBuilder().setIndex(segment).setTextBytes(text).build());
            });
  }

  private ByteString open(String what, String extent, int number, byte[] stored) {
    try {
      return ByteString.copyFrom(stores.openText(tenant, extent, number, stored));
    } catch (BrokenSealException e) {
      log.error("{}, {} of {}: {}", what, number, extent, e.getMessage());
      throw damaged(what);
    } catch (MissingKeyException e) {
      throw e.problem(what);
    }
  }

  private static StatusRuntimeException damaged(String what) {
    return Problems.dataLoss(what, "damaged (" + REMEDY + ")");
  }
}
