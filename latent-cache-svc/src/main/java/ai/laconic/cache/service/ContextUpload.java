package ai.laconic.cache.service;

import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.Manifest;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import java.util.BitSet;

/** One context on its way in: takes exactly the texts that its manifest announces. */
final class ContextUpload implements AutoCloseable {
  private final Manifest manifest;
  private final ContextWriter writer;
  private final BitSet received = new BitSet();

  ContextUpload(Manifest manifest, ContextWriter writer) {
    this.manifest = manifest;
    this.writer = writer;
  }

  void add(SegmentText text) throws InterruptedException {
    if (!manifest.sourceKept()) {
      throw Problems.invalid(
          "text", "segment " + text.getIndex(), "no text, as the manifest's source_kept is false");
    }
    int segment = text.getIndex();
    if (segment >= manifest.segments()) {
      throw Problems.invalid(
          "text.index", segment, "0 to " + (manifest.segments() - 1) + ", as in the manifest");
    }
    if (received.get(segment)) {
      throw Problems.invalid("text.index", segment, "each segment once");
    }
    ByteString utf8 = text.getTextBytes();
    if (utf8.size() != manifest.textBytes(segment)) {
      throw Problems.invalid(
          "text of segment " + segment,
          utf8.size() + " bytes",
          manifest.textBytes(segment) + " bytes, as in the manifest");
    }
    received.set(segment);
    writer.addText(segment, utf8.toByteArray());
  }

  /** Makes the context visible; INVALID_ARGUMENT if a text is still missing. */
  void finish() throws InterruptedException {
    if (manifest.sourceKept() && received.cardinality() != manifest.segments()) {
      throw Problems.invalid(
          "texts",
          received.cardinality() + " segments, without segment " + received.nextClearBit(0),
          "all " + manifest.segments() + " segments of the manifest");
    }
    writer.commit();
  }

  @Override
  public void close() {
    writer.close();
  }
}
