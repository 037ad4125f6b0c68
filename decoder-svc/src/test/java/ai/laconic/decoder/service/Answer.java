package ai.laconic.decoder.service;

import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.DecoderServiceGrpc;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** An answer that was read to its end. */
record Answer(DecodeStarted started, List<String> pieces, DecodeFinished finished) {
  static Answer to(Channel channel, DecodeRequest.Builder request) {
    Iterator<DecodeResponse> responses =
        DecoderServiceGrpc.newBlockingStub(channel).decode(request.build());
    DecodeStarted started = responses.next().getStarted();
    List<String> pieces = new ArrayList<>();
    DecodeResponse response = responses.next();
    while (response.hasText()) {
      pieces.add(response.getText());
      response = responses.next();
    }
    if (responses.hasNext()) {
      throw new AssertionError("a message after the last");
    }
    return new Answer(started, pieces, response.getFinished());
  }

  String text() {
    return String.join("", pieces);
  }
}
