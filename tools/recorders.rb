# Sends requests through VCR for Ruby, for tools/recorders.py.
#
#     ruby recorders.rb TOOL URL FOLDER BODIES.json
require "json"
require "net/http"
require "vcr"
require "webmock"

tool, url, folder, bodies = ARGV
options = {
  "Ruby VCR, YAML" => {},
  "Ruby VCR, JSON" => { serialize_with: :json },
  "Ruby VCR, exact bytes" => { preserve_exact_body_bytes: true },
}.fetch(tool)

VCR.configure do |config|
  config.cassette_library_dir = folder
  config.hook_into :webmock
  config.default_cassette_options = { match_requests_on: %i[method uri body], **options }
end

uri = URI(url)
VCR.use_cassette("chat/recorded") do
  JSON.parse(File.read(bodies)).each do |body|
    Net::HTTP.post(uri, body, {
      "content-type" => "application/json",
      "x-api-key" => "sk-ant-test-1",
      "anthropic-version" => "2023-06-01",
    })
  end
end
