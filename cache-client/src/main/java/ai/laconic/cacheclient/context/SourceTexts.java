package ai.laconic.cacheclient.context;

import ai.laconic.cacheclient.CacheProblems;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.SegmentText;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Texts as they come, checked to be those of the segments that were asked for, in that order. */
final class SourceTexts implements Iterator<SegmentText> {
  private final String contextId;
  private final List<Integer> segments;
  private final Iterator<SegmentText> answers;
  private int came;

  SourceTexts(String contextId, List<Integer> segments, Iterator<SegmentText> answers) {
    this.contextId = contextId;
    this.segments = segments;
    this.answers = answers;
  }

  @Override
  public boolean hasNext() {
    boolean more;
    try {
      more = answers.hasNext();
    } catch (StatusRuntimeException e) {
      throw CacheProblems.ofContext(e);
    }
    if (more != came < segments.size()) {
      throw broken((more ? "more than " : "") + came + " segments came of " + segments.size());
    }
    return more;
  }

  @Override
  public SegmentText next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    SegmentText text = answers.next();
    int wanted = segments.get(came);
    if (text.getIndex() != wanted) {
      throw broken("segment " + text.getIndex() + " came in place of the " + wanted);
    }
    came++;
    return text;
  }

  private StatusRuntimeException broken(String what) {
    return Problems.dataLoss("text of context " + contextId, what + " asked for");
  }
}
