package ai.laconic.it.load;

import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Contexts of fresh texts: no window of them was encoded before.
 *
 * @param ratio of a pool that is served
 * @param textBytes of each
 */
record Uploading(int ratio, int textBytes) implements Workload {
  @Override
  public void send(Channel channel, Random random, Duration deadline, Answer answer) {
    StreamObserver<CreateContextRequest> upload =
        ContextServiceGrpc.newStub(channel)
            .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
            .createContext(new AnswerObserver<CreateContextResponse>(answer));
    upload.onNext(
        CreateContextRequest.newBuilder()
            .setOptions(ContextOptions.newBuilder().setRatio(ratio))
            .build());
    upload.onNext(
        CreateContextRequest.newBuilder()
            .setText(ByteString.copyFromUtf8(text(random, textBytes)))
            .build());
    upload.onCompleted();
  }

  /** Returns words that nobody has put in this order before, in sentences and paragraphs. */
  static String text(Random random, int bytes) {
    StringBuilder text = new StringBuilder(bytes + 16);
    for (int word = 1; text.length() < bytes; word++) {
      text.append(WORDS[random.nextInt(WORDS.length)])
          .append(word % 80 == 0 ? ".\n\n" : word % 12 == 0 ? ". " : " ");
    }
    text.setLength(bytes);
    return text.toString();
  }

  private static final String[] WORDS =
      ("light rays glass prism colour white paper water mirror angle lens sun image distance body"
              + " refraction surface experiment circle thickness of the a in and to from by which"
              + " through falls makes appears stands between every other less greater red blue")
          .split(" ");
}
